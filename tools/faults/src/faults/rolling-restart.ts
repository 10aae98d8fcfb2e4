import { setTimeout as pause } from 'node:timers/promises';
import { SERVICES } from '@herald/harness';
import type { Fault } from '../fault.ts';

/** SIGTERM to one service after the other, each ready again before the next, while load comes in. */
export const rollingRestart: Fault = {
  name: 'rolling restart by SIGTERM',
  short: false,
  async run({ four, load, long, check }) {
    const rounds = long ? 2 : 1;
    let restarts = 0;
    const groups: Promise<void>[] = [];
    for (let round = 0; round < rounds; round += 1) {
      for (const service of SERVICES) {
        // Some before, some while it is away, some when it is back.
        groups.push(load.send(18, 3_000));
        await pause(800);
        const code = await four.restart(service);
        restarts += 1;
        check(code === 0, `${service} ended with ${code}`);
      }
    }
    await Promise.all(groups);
    return { note: `${restarts} restarts, ${load.refused} requests refused` };
  },
};
