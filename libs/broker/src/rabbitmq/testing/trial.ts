import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, vi } from 'vitest';
import type { Broker, BrokerObserver, Delivery, OutMessage } from '../../broker.ts';
import type { Topology } from '../../topology.ts';
import { ack, type Verdict } from '../../verdict.ts';
import { openRabbitBroker, type RabbitBrokerOptions } from '../open.ts';
import { clean, wallClock } from './harness.ts';
import { openProxy, type Way } from './proxy.ts';

export const topology: Topology = {
  exchanges: [
    { name: 'jobs', type: 'topic' },
    { name: 'delay', type: 'delay' },
    { name: 'changes', type: 'fanout' },
  ],
  queues: [
    {
      name: 'work',
      bindings: [{ exchange: 'jobs', key: 'work' }],
      retry: { attempts: 5, backoff: [20] },
    },
  ],
};

/** Few delay queues: most of these tests do not use them. */
const SMALL = { unit: 50, base: 8, digits: 2 };

export const message = (id: string, over: Partial<OutMessage> = {}): OutMessage => ({
  exchange: 'jobs',
  key: 'work',
  id,
  body: { id },
  ...over,
});
export const messages = (n: number, prefix = 'm'): OutMessage[] =>
  Array.from({ length: n }, (_, i) => message(`${prefix}-${i}`));

export interface Trial {
  readonly broker: Broker;
  readonly proxy: Way;
  readonly prefix: string;
  readonly faults: Error[];
  /** Deliveries from now on. */
  collect(
    verdict?: (delivery: Delivery) => Verdict | Promise<Verdict>,
    prefetch?: number,
  ): Promise<Delivery[]>;
}

/** A broker with names of its own for one test; all of it is deleted after the test. */
export async function openTrial(
  url: string,
  over: Partial<RabbitBrokerOptions> & { observe?: BrokerObserver } = {},
): Promise<Trial> {
  const prefix = over.prefix ?? `trial-${randomBytes(4).toString('hex')}.`;
  const faults: Error[] = [];
  const proxy = await openProxy(url);
  const broker = await openRabbitBroker({
    url: proxy.url,
    topology,
    clock: wallClock,
    prefix,
    delayStrategy: 'levels',
    levels: SMALL,
    suspectsAfter: 0,
    observer: { fault: (error) => faults.push(error), ...over.observe },
    ...over,
  });
  onTestFinished(async () => {
    await broker.close();
    await proxy.cut();
    await clean(url, prefix, over.topology ?? topology, over.levels ?? SMALL);
  });
  return {
    broker,
    proxy,
    prefix,
    faults,
    async collect(verdict = () => ack, prefetch = 1) {
      const seen: Delivery[] = [];
      await broker.consume('work', { prefetch }, async (delivery) => {
        seen.push(delivery);
        return verdict(delivery);
      });
      return seen;
    },
  };
}

export const until = (assertion: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(assertion, { timeout: 40_000, interval: 10 });

export const untilEmpty = (broker: Broker): Promise<void> =>
  until(async () => expect(await broker.depth('work')).toMatchObject({ ready: 0, inFlight: 0, delayed: 0 }));
