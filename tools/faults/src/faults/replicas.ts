import { setTimeout as pause } from 'node:timers/promises';
import { queue } from '@herald/contracts';
import type { ServiceName } from '@herald/harness';
import type { Fault } from '../fault.ts';

/** Two processes of campaign-runner decide about the same people; under load one leaves and another comes. */
export const twoRunners: Fault = {
  name: 'two replicas of campaign-runner on one campaign',
  short: false,
  async run({ replica, load, long }) {
    const second = await replica('campaign-runner');
    const loading = load.send(long ? 150 : 48, long ? 9_000 : 4_000);
    await pause(long ? 3_000 : 1_500);
    await second.leave();
    const third = await replica('campaign-runner');
    await loading;
    // The waits of the last ones are shared out too.
    await pause(4_000);
    await third.leave();
    return { note: 'one left and another came under load' };
  },
};

const TEN_MINUTES = 600_000;
const SKEWED_CLOCK = import.meta.resolve('@herald/faults/skewed-clock');

/**
 * The same, and the second replicas' clocks are ten minutes fast, then ten minutes slow. Node loads the clock
 * before the service.
 */
export const skewedClocks: Fault = {
  name: 'clocks ten minutes off on second replicas',
  short: false,
  // A fast clock sees leases as over while the call is under way; whoever made the call knows better.
  mayHide: true,
  async run({ replica, broker, load, long, say }) {
    const services: readonly ServiceName[] = ['campaign-runner', 'messaging'];
    for (const skew of [TEN_MINUTES, -TEN_MINUTES]) {
      const env = { NODE_OPTIONS: `--import=${SKEWED_CLOCK}`, CLOCK_SKEW_MS: String(skew) };
      const skewed = await Promise.all(services.map((service) => replica(service, env)));
      say(`  replicas ${skew > 0 ? 'ahead' : 'behind'}`);
      await load.send(long ? 60 : 24, long ? 5_000 : 2_000);
      // Through the waits of the last ones.
      await pause(7_000);
      for (const one of skewed) await one.leave();
    }
    // A slow clock has set some alarms ten minutes late. The sweep has rung them in time; nobody needs to
    // wait for the echo.
    if (broker.delayStrategy !== 'plugin') {
      for (const name of [queue.campaignRunnerDue, queue.messagingSend]) await broker.purgeDelayed(name);
    }
    return { note: 'campaign-runner and messaging, fast and then slow' };
  },
};
