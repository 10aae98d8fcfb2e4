import { setTimeout as pause } from 'node:timers/promises';
import { SERVICES } from '@herald/harness';
import type { Fault } from '../fault.ts';

/** SIGTERM to one service after the other, each ready again before the next, while load comes in. */
export const rollingRestart: Fault = {
  name: 'rolling restart by SIGTERM',
  short: true,
  async run({ four, load, long, check }) {
    const rounds = long ? 2 : 1;
    let restarts = 0;
    await load.during({ every: 700, atMost: long ? 150 : 90 }, async () => {
      for (let round = 0; round < rounds; round += 1) {
        for (const service of SERVICES) {
          await pause(300);
          const code = await four.restart(service);
          restarts += 1;
          check(code === 0, `${service} ended with ${code}`);
        }
      }
    });
    return { note: `${restarts} restarts, all with code 0; ${load.refused} requests refused` };
  },
};
