import { expect, vi } from 'vitest';
import type { Broker, BrokerObserver, Delivery, OutMessage } from '../broker.ts';
import type { Topology } from '../topology.ts';
import { ack, type Verdict } from '../verdict.ts';

export interface BrokerHarness {
  readonly broker: Broker;
  /**
   * A new broker on what the current one has made durable. If that is still open it is cut off, as by a crash
   * or a lost connection: it finishes nothing, and its handlers' verdicts are lost.
   */
  reopen(): Promise<Broker>;
  /** Closes everything. Handlers may still be under way. */
  tearDown(): Promise<void>;
}

/** A broker with `topology`, without anything from earlier tests, on a clock as fast as the wall clock. */
export type SetUp = (topology: Topology, observer: BrokerObserver) => Promise<BrokerHarness>;

const policy = { attempts: 3, backoff: [60, 180] };

/**
 * `orders` has two bindings for keys like `order.paid`. `frail` has two attempts; `patient` waits longer than
 * any test.
 */
const topology: Topology = {
  exchanges: [
    { name: 'events', type: 'topic' },
    { name: 'jobs', type: 'topic' },
    { name: 'delay', type: 'delay' },
    { name: 'changes', type: 'fanout' },
  ],
  queues: [
    { name: 'everything', bindings: [{ exchange: 'events', key: '#' }], retry: policy },
    {
      name: 'orders',
      bindings: [
        { exchange: 'events', key: 'order.*' },
        { exchange: 'events', key: '#.paid' },
      ],
      retry: policy,
    },
    { name: 'work', bindings: [{ exchange: 'jobs', key: 'work' }], retry: policy },
    {
      name: 'frail',
      bindings: [{ exchange: 'jobs', key: 'frail' }],
      retry: { attempts: 2, backoff: [0] },
    },
    {
      name: 'patient',
      bindings: [{ exchange: 'jobs', key: 'patient' }],
      retry: { attempts: 3, backoff: [600_000] },
    },
  ],
};

/** A message; by default for the queue `work`. */
export const message = (id: string, over: Partial<OutMessage> = {}): OutMessage => ({
  exchange: 'jobs',
  key: 'work',
  id,
  body: { id },
  ...over,
});

/** `n` messages with the ids prefix-0, prefix-1, … */
export const messages = (n: number, over: Partial<OutMessage> = {}, prefix = 'm'): OutMessage[] =>
  Array.from({ length: n }, (_, i) => message(`${prefix}-${i}`, over));

export const delayed = (id: string, delay: number, over: Partial<OutMessage> = {}): OutMessage =>
  message(id, { exchange: 'delay', delay, ...over });

export interface Seen extends Delivery {
  /** ms, monotonic. */
  readonly at: number;
}

/** How many of `n` messages that are delayed the broker can count: AMQP does not show those in the plugin. */
export const countable = ({ delayStrategy }: Broker, n: number): number =>
  delayStrategy === 'plugin' ? 0 : n;

/** Deliveries of a queue, in order. */
interface Collection {
  readonly seen: Seen[];
  ids(): string[];
  /** Waits until so many have come. */
  count(n: number): Promise<void>;
}

export interface Stage {
  /** The current broker. */
  broker(): Broker;
  /** See `BrokerHarness.reopen`. */
  reopen(): Promise<void>;
  /** Consumes a queue from now on; by default one delivery at a time, each acknowledged. */
  collect(
    queue: string,
    verdict?: (delivery: Delivery) => Verdict | Promise<Verdict>,
    prefetch?: number,
  ): Promise<Collection>;
  /** A promise for handlers to wait for; it resolves at the end of the test at the latest. */
  gate(): { readonly opened: Promise<void>; open(): void };
  readonly observed: Observed;
  end(): Promise<void>;
}

/** The observer's calls so far. */
interface Observed {
  readonly settled: { delivery: Delivery; verdict: Verdict; seconds: number }[];
  readonly dead: { delivery: Delivery; reason: string }[];
  readonly unroutable: OutMessage[];
  readonly published: { exchange: string; count: number; seconds: number }[];
}

export async function openStage(setUp: SetUp): Promise<Stage> {
  const observed: Observed = { settled: [], dead: [], unroutable: [], published: [] };
  const harness = await setUp(topology, {
    settled: (delivery, verdict, seconds) => observed.settled.push({ delivery, verdict, seconds }),
    dead: (delivery, reason) => observed.dead.push({ delivery, reason }),
    unroutable: (out) => observed.unroutable.push(out),
    published: (exchange, count, seconds) => observed.published.push({ exchange, count, seconds }),
  });
  const gates: (() => void)[] = [];
  let { broker } = harness;

  return {
    broker: () => broker,
    observed,
    async reopen() {
      broker = await harness.reopen();
    },
    async collect(queue, verdict = () => ack, prefetch = 1) {
      const seen: Seen[] = [];
      await broker.consume(queue, { prefetch }, async (delivery) => {
        seen.push({ ...delivery, at: performance.now() });
        return verdict(delivery);
      });
      return {
        seen,
        ids: () => seen.map(({ id }) => id),
        count: (n) => until(() => expect(seen.length).toBeGreaterThanOrEqual(n)),
      };
    },
    gate() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gates.push(resolve);
      return { opened: promise, open: resolve };
    },
    async end() {
      for (const open of gates) open();
      await harness.tearDown();
    },
  };
}

/** Waits until `assertion` does not throw. */
export const until = (assertion: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(assertion, { interval: 5 });

/** Waits until nothing of the queue is ready, with a handler or delayed: then all verdicts are in. */
export const untilEmpty = (broker: Broker, queue: string): Promise<void> =>
  until(async () => {
    expect(await broker.depth(queue)).toMatchObject({ ready: 0, inFlight: 0, delayed: 0 });
  });
