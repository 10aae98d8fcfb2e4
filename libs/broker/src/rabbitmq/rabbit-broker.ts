import type { Clock } from '@herald/domain';
import type { BatchHandler, Broker, BrokerObserver, Consumer } from '../broker.ts';
import { BrokerError } from '../errors.ts';
import type { Router } from '../routing.ts';
import type { QueueSpec } from '../topology.ts';
import { createConsumer, type Item } from './consumer.ts';
import { createDeadLetters } from './dead-letters.ts';
import { depthOf, loadOf } from './depth.ts';
import { createIncoming } from './incoming.ts';
import { type Intake, inBatches, oneByOne, type Work } from './intake.ts';
import { createOutgoing, type OutgoingDeps } from './outgoing.ts';
import { hiddenDeadLetters } from './policy-check.ts';
import { createPublish } from './publish.ts';
import type { Letter } from './publisher.ts';
import type { QueueConsumer } from './queue-consumer.ts';
import { createSettle, type Held } from './settle.ts';
import { createSubscription, type Subscription } from './subscriptions.ts';
import { createSuspects } from './suspects.ts';
import { createTokens } from './tokens.ts';
import { createUnroutable } from './unroutable.ts';
import { waiting } from './waiting.ts';

/** ms that a question may take, and a look through a queue. */
const ANSWER = 10_000;
const LOOK = 120_000;

export interface RabbitBrokerDeps extends OutgoingDeps {
  readonly clock: Clock;
  readonly route: Router;
  readonly observer: Required<BrokerObserver>;
  readonly openTimeout: number;
  readonly suspectsAfter: number;
  /** Whether no other process may consume meanwhile. */
  readonly alone: boolean;
}

export async function createRabbitBroker(deps: RabbitBrokerDeps): Promise<Broker> {
  const { topology, clock, names, observer } = deps;
  const outgoing = createOutgoing(deps);
  const incoming = createIncoming(deps);
  const { publisher, retries, delays } = outgoing;
  let closing: Promise<void> | undefined;
  let closed = false;
  const settle = createSettle({
    clock,
    names,
    publisher,
    retries,
    token: createTokens(),
    observer,
    isClosing: () => closing !== undefined,
  });
  const deadLetters = createDeadLetters({
    names,
    publisher,
    channel: (use) => incoming.link.channel(use, LOOK),
    hidden: (queue) => observer.fault(hiddenDeadLetters(queue)),
  });
  const publish = createPublish({ clock, names, route: deps.route, publisher, delays, observer });
  const consumers = new Set<QueueConsumer>();
  const suspects = createSuspects(incoming.link.renew, deps.suspectsAfter);

  const assertOpen = (): void => {
    if (closing !== undefined) throw refusal();
  };
  const specOf = (name: string): QueueSpec => {
    assertOpen();
    const spec = topology.queues.find((queue) => queue.name === name);
    if (spec === undefined) throw new BrokerError('unknown_queue', `There is no queue ${name}`);
    return spec;
  };

  const onward = ({ envelope }: Held, queue: string): (() => Letter) | undefined => {
    const { due, attempts } = envelope;
    if (due === undefined || due <= clock.now()) return undefined;
    return () => waiting({ clock, names }, attempts > 0 ? retries : delays(), queue, due, envelope);
  };

  const consume = async (
    spec: QueueSpec,
    intake: (work: Work<Item>) => Intake<Item>,
    handler: BatchHandler,
  ): Promise<Consumer> => {
    const consumer = createConsumer({
      spec,
      name: names.own(spec.name),
      intake,
      handler,
      settle,
      send: publisher.send,
      onward,
      suspects,
      suspectsName: names.suspects(spec.name),
      broken: incoming.link.renew,
      stopped: () => {
        incoming.remove(consumer);
        consumers.delete(consumer);
      },
    });
    consumers.add(consumer);
    try {
      await incoming.add(consumer);
    } catch (error) {
      consumers.delete(consumer);
      throw error;
    }
    return consumer;
  };

  const close = async (): Promise<void> => {
    // Handlers under way may still publish, until they are done.
    await incoming.stopAll();
    closed = true;
    await publisher.drain();
    await Promise.all([incoming.link.close(), outgoing.link.close()]);
  };

  const broker: Broker = {
    get delayStrategy() {
      return delays().strategy;
    },
    async publish(messages) {
      if (closed) throw refusal();
      await publish(messages);
    },
    async consume(queue, { prefetch }, handler) {
      const options = { prefetch: atLeastOne(prefetch) };
      return consume(
        specOf(queue),
        (work) => oneByOne(options, work),
        (deliveries) => Promise.all(deliveries.map(handler)),
      );
    },
    async consumeBatch(queue, { size, prefetch, wait }, handler) {
      const options = { size: atLeastOne(size), prefetch: atLeastOne(prefetch), wait };
      return consume(specOf(queue), (work) => inBatches(options, work), handler);
    },
    async subscribe(exchange, listener, onGap) {
      assertOpen();
      if (topology.exchanges.find(({ name }) => name === exchange)?.type !== 'fanout') {
        throw new BrokerError('unknown_exchange', `There is no fan-out exchange ${exchange}`);
      }
      const subscription: Subscription = createSubscription({
        exchange: names.own(exchange),
        listener,
        onGap,
        fault: (error) => observer.fault(error instanceof Error ? error : new Error(String(error))),
        broken: incoming.link.renew,
        stopped: () => incoming.remove(subscription),
      });
      await incoming.add(subscription);
      return subscription;
    },
    async deadLetters(queue, page) {
      specOf(queue);
      return { items: await deadLetters.list(queue, page) };
    },
    async replayDeadLetters(queue, which) {
      specOf(queue);
      return deadLetters.replay(queue, which);
    },
    async discardDeadLetters(queue, tokens) {
      specOf(queue);
      return deadLetters.discard(queue, tokens);
    },
    async load(queue) {
      specOf(queue);
      const parts = { names, consumers: () => [...consumers] };
      return incoming.link.channel((channel) => loadOf(parts, channel, queue), ANSWER);
    },
    async depth(queue) {
      specOf(queue);
      const parts = { names, retries, delays, deadLetters, consumers: () => [...consumers] };
      return incoming.link.channel((channel) => depthOf(parts, channel, queue), LOOK);
    },
    async purgeDelayed(queue) {
      specOf(queue);
      return incoming.link.channel((channel) => delays().purge(channel, queue), LOOK);
    },
    async ping() {
      assertOpen();
      outgoing.link.model();
      const alarm = publisher.blocked();
      if (alarm !== undefined) throw new Error(`RabbitMQ takes no messages at the moment: ${alarm}`);
      await incoming.link.channel((channel) => channel.checkQueue(names.unroutable), ANSWER);
    },
    close() {
      closing ??= close();
      return closing;
    },
  };

  try {
    await outgoing.link.open(deps.openTimeout);
    await incoming.link.open(deps.openTimeout);
    await incoming.add(suspects);
    await incoming.add(createUnroutable({ names, observer, broken: incoming.link.renew }));
  } catch (error) {
    await broker.close();
    throw error;
  }
  return broker;
}

const refusal = (): BrokerError => new BrokerError('closed', 'The broker is closed');

function atLeastOne(count: number): number {
  if (!(count >= 1)) throw new RangeError('A consumer takes one message at a time at least');
  return Math.floor(count);
}
