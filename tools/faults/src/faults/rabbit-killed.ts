import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../fault.ts';

/** SIGKILL of the broker's only node, away for a while, back with what it had on disk. */
export const rabbitKilled: Fault = {
  name: 'kill -9 of RabbitMQ',
  short: true,
  needs: ['node'],
  async run({ node, load, long, say, check }) {
    const times = long ? 2 : 1;
    await load.during({ every: 700, atMost: long ? 150 : 30 }, async () => {
      for (let time = 1; time <= times; time += 1) {
        await pause(1_500);
        await node().kill();
        say(`  RabbitMQ is gone (${time} of ${times})`);
        await pause(1_500);
        await node().restart();
        say('  RabbitMQ is back');
      }
      await pause(1_500);
    });
    check(load.refused > 0, 'no request was refused while the broker was away');
    return { note: `${times} kills, ${load.refused} requests refused` };
  },
};
