import type { Clock } from '@herald/domain';
import type { Database } from '@herald/sqlite';
import type { Broker, BrokerObserver } from '../broker.ts';
import { BrokerError } from '../errors.ts';
import { createRouter } from '../routing.ts';
import { safeObserver } from '../safe-observer.ts';
import type { Topology } from '../topology.ts';
import { createConsumers } from './consumers.ts';
import { discardDeadLetters, listDeadLetters, replayDeadLetters } from './dead-letters.ts';
import { createEngine } from './engine.ts';
import { createGate } from './gate.ts';
import { openQueues } from './open-queues.ts';
import { createPublish } from './publish.ts';
import type { WorkQueue } from './queue.ts';
import { createSettle } from './settle.ts';
import { createSubscriptions } from './subscriptions.ts';

export interface EmbeddedBrokerDeps {
  readonly database: Database;
  readonly topology: Topology;
  readonly clock: Clock;
  readonly observer: BrokerObserver;
  /** ms of wall time before a failed write is repeated. */
  readonly afterFailure: number;
  /** ms of wall time before a new process gets what was with a handler when an earlier one died. */
  readonly suspectsAfter: number;
  /** Deaths of the process in a row, with the same envelope in a handler, that make it a dead letter. */
  readonly cutOffs: number;
}

/**
 * The broker on an open database; closing the broker closes it. Rejects for a contradictory topology, and
 * leaves the database open then.
 */
export async function createEmbeddedBroker(deps: EmbeddedBrokerDeps): Promise<Broker> {
  const { database, topology, clock, afterFailure } = deps;
  const observer = safeObserver(deps.observer);
  const fault = (error: unknown): void =>
    observer.fault(error instanceof Error ? error : new Error(String(error)));
  const route = createRouter(topology);
  const gate = createGate(() => engine.wake(), deps.suspectsAfter);
  const queues = await openQueues(database, topology.queues, observer, gate, deps.cutOffs);
  let closing: Promise<void> | undefined;
  const isClosing = (): boolean => closing !== undefined;
  const engine = createEngine({
    database,
    queues: [...queues.values()],
    clock,
    onFailure: fault,
    afterFailure,
  });
  const settle = createSettle({ engine, clock, observer, afterFailure, isClosing });
  const consumers = createConsumers({ engine, settle });
  const subscriptions = createSubscriptions(fault);
  const publish = createPublish({ engine, clock, queues, route, subscriptions, observer });

  const assertOpen = (): void => {
    if (isClosing()) throw new BrokerError('closed', 'The broker is closed');
  };
  const queueOf = (name: string): WorkQueue => {
    assertOpen();
    const queue = queues.get(name);
    if (queue === undefined) throw new BrokerError('unknown_queue', `There is no queue ${name}`);
    return queue;
  };
  const close = async (): Promise<void> => {
    // Handlers under way may publish until they are done.
    await consumers.stopAll();
    await engine.close();
    await database.close();
  };

  return {
    delayStrategy: 'embedded',
    publish,
    async consume(queue, { prefetch }, handler) {
      return consumers.consume(queueOf(queue), { prefetch: atLeastOne(prefetch) }, handler);
    },
    async consumeBatch(queue, { size, prefetch, wait }, handler) {
      const options = { size: atLeastOne(size), prefetch: atLeastOne(prefetch), wait };
      return consumers.consumeBatch(queueOf(queue), options, handler);
    },
    async subscribe(exchange, handler) {
      assertOpen();
      const spec = topology.exchanges.find(({ name }) => name === exchange);
      if (spec?.type !== 'fanout') {
        throw new BrokerError('unknown_exchange', `There is no fan-out exchange ${exchange}`);
      }
      return subscriptions.add(exchange, handler);
    },
    async deadLetters(queue, page) {
      return { items: listDeadLetters(queueOf(queue), page) };
    },
    replayDeadLetters: async (queue, which) => replayDeadLetters(engine, queueOf(queue), which),
    discardDeadLetters: async (queue, tokens) => discardDeadLetters(engine, queueOf(queue), tokens),
    load: async (queue) => queueOf(queue).occupancy(),
    depth: async (queue) => queueOf(queue).depth(),
    async purgeDelayed(name) {
      const queue = queueOf(name);
      return engine.run(() => queue.purgeDelayed());
    },
    async ping() {
      assertOpen();
      database.prepare('SELECT 1').get();
      if (engine.failure() !== undefined) throw engine.failure();
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function atLeastOne(count: number): number {
  if (!(count >= 1)) throw new RangeError('A consumer takes one message at a time at least');
  return Math.floor(count);
}
