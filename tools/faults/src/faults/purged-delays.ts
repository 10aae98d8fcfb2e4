import { setTimeout as pause } from 'node:timers/promises';
import { queue } from '@herald/contracts';
import type { Fault } from '../fault.ts';

/**
 * Everything that waits in the broker for its time is thrown away, again and again: the sweep must bring it
 * back from the store.
 */
export const purgedDelays: Fault = {
  name: 'delayed messages thrown away',
  short: false,
  async run({ broker, load, long, check, say }) {
    let over = false;
    const loading = load.send(long ? 120 : 36, long ? 10_000 : 3_000).finally(() => {
      over = true;
    });
    let thrown = 0;
    let quiet = 0;
    // As long as there is load, and then until the last waits are over.
    while (!over || quiet < 4) {
      await pause(400);
      let now = 0;
      for (const name of [queue.campaignRunnerDue, queue.messagingSend])
        now += await broker.purgeDelayed(name);
      thrown += now;
      quiet = over && now === 0 ? quiet + 1 : 0;
      // What is armed again is left alone from here on.
      if (over && thrown > 0 && !long) break;
      if (over && thrown > load.prospects) break;
    }
    await loading;
    say(`  ${thrown} thrown away`);
    check(broker.delayStrategy === 'plugin' || thrown > 0, 'there was nothing to throw away');
    return { note: `${thrown} thrown away` };
  },
};
