import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@herald/harness';
import { exactly } from '../benchmark.ts';
import { inParallel, median, percentile, range } from './numbers.ts';
import { until } from './until.ts';

/** The system that is measured, seen from outside. */
export interface Sending {
  readonly client: Client;
  /** How many messages were sent so far, by the metrics. */
  readonly sent: () => Promise<number>;
  /** ms between two readings of `sent`. */
  readonly every: number;
}

export interface Sent {
  readonly perSecond: number;
  /** ms from accepting the event until the outcome is known: median and p99. */
  readonly p50: number;
  readonly p99: number;
}

const TEMPLATE = {
  channel: 'email',
  subject: 'Hello <%= it.prospect.traits.name %>',
  html:
    '<p>Hello <%= it.prospect.traits.name %>, welcome.</p><p><a href="<%= it.links.unsubscribe ' +
    '%>">Unsubscribe</a></p>',
};
const CAMPAIGN = {
  id: 'bench',
  enter: { on: 'trial.started' },
  steps: [{ id: 'welcome', email: { template: 'bench' } }],
};
/** Prospects in a request of a burst, and requests under way. */
const BURST = { prospects: 50, requests: 4 };

export async function launchCampaign({ client }: Pick<Sending, 'client'>): Promise<void> {
  await client.put('/v1/templates/bench', TEMPLATE);
  await client.put('/v1/campaigns/bench', CAMPAIGN);
  await client.post('/v1/campaigns/bench/launch');
}

const startsOf = (who: readonly string[]): object[] =>
  who.flatMap((prospectId) => [
    {
      type: 'prospect.updated',
      prospectId,
      data: { traits: { email: `${prospectId}@example.com`, name: prospectId } },
    },
    { type: 'trial.started', prospectId },
  ]);

/** Sends new prospects as fast as they are accepted. Resolves when the last message was sent. */
export async function burst(
  { client, sent, every }: Sending,
  prefix: string,
  prospects: number,
): Promise<void> {
  const goal = (await sent()) + prospects;
  const groups = range(Math.ceil(prospects / BURST.prospects)).map((group) =>
    range(Math.min(BURST.prospects, prospects - group * BURST.prospects)).map(
      (n) => `${prefix}${group * BURST.prospects + n}`,
    ),
  );
  await inParallel(groups, BURST.requests, (who) => client.post('/v1/events', startsOf(who)));
  await until('messages sent', sent, goal, { every, seconds: 120 });
}

/** Sends new prospects at an even rate. Resolves when the last message was sent. */
export async function steady(
  { client, sent, every }: Sending,
  prefix: string,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): Promise<number> {
  const before = await sent();
  const started = performance.now();
  const requests: Promise<void>[] = [];
  let count = 0;
  while (count < rate * seconds) {
    const target = Math.min(rate * seconds, (rate * (performance.now() - started)) / 1000);
    const who = range(Math.floor(target) - count).map((n) => `${prefix}${count + n}`);
    count += who.length;
    if (who.length > 0) requests.push(client.post('/v1/events', startsOf(who)));
    await pause(10);
  }
  await Promise.all(requests);
  await until('messages sent', sent, before + count, { every, seconds: 120 });
  return count;
}

interface Logged {
  readonly type: string;
  readonly receivedAt: number;
  readonly stream: string;
}

/**
 * The log's figures of the prospects with `prefix`. Throws unless each has one start and one sent message.
 */
export function judge(events: readonly Logged[], prefix: string, expected: number): Sent {
  const of = (type: string): Map<string, number> => {
    const all = events.filter(
      (event) => event.type === type && event.stream.startsWith(`prospect/${prefix}`),
    );
    exactly(`events ${type} of ${prefix}`, all.length, expected);
    return new Map(all.map(({ stream, receivedAt }) => [stream, receivedAt]));
  };
  const started = of('trial.started');
  const sent = of('email.sent');
  exactly(`prospects ${prefix} with a message`, sent.size, expected);
  const waits = [...sent].map(([stream, at]) => at - (started.get(stream) ?? Number.NaN));
  const first = percentile([...started.values()], 0);
  const last = percentile([...sent.values()], 1);
  return {
    perSecond: (expected * 1000) / (last - first),
    p50: median(waits),
    p99: percentile(waits, 0.99),
  };
}
