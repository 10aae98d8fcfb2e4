import { setTimeout as pause } from 'node:timers/promises';
import { type Four, readMetrics } from '@herald/harness';
import type { Fault } from '../fault.ts';

/**
 * Longer than all attempts of a message take together, so that an outage that nobody notices ends in dead
 * letters.
 */
const LONG = 262_000;
const SHORT = 10_000;

/**
 * The database is down and the gateway in front of it stays up: it answers greetings and `ping` by itself,
 * and everything else with errors. That must be noticed: no message uses up its attempts, and those who need
 * the database say that they are not ready.
 */
export const databaseBehindGateway: Fault = {
  name: 'the database down behind a gateway that is up',
  short: false,
  needs: ['gateway'],
  mayHide: true,
  async run({ gateway, four, load, long, say, check }) {
    const ms = long ? LONG : SHORT;
    const loading = load.send(long ? 120 : 24, ms + 3_000);
    await pause(1_500);
    const redelivered = await redeliveries(four);
    gateway().stopDatabase();
    say(`  the database is down for ${ms / 1000} s`);
    const before = load.acknowledged;
    await pause(ms);
    const meanwhile = load.acknowledged - before;
    check((await four.readiness('ingest')) === 200, 'ingest is not ready, though it accepts events');
    for (const service of ['event-handler', 'campaign-runner', 'messaging'] as const)
      check((await four.readiness(service)) === 503, `${service} says it is ready without a database`);
    const again = (await redeliveries(four)) - redelivered;
    gateway().startDatabase();
    await loading;
    check(meanwhile > 0, 'ingest accepted nothing while the database was down');
    check(gateway().refused > 0, 'nobody asked the database while it was down');
    check(again === 0, `${again} messages used up an attempt`);
    return { note: `${ms / 1000} s; ${meanwhile} events accepted meanwhile, ${again} attempts used up` };
  },
};

/** Messages that were handled for a second time or more often, over all services. */
const redeliveries = async ({ admins }: Four): Promise<number> =>
  (await readMetrics(...admins)).sum('herald_redelivered_total');
