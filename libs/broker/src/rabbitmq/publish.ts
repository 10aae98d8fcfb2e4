import type { Clock } from '@herald/domain';
import type { BrokerObserver, OutMessage } from '../broker.ts';
import { encode } from '../encode.ts';
import type { Route, Router } from '../routing.ts';
import type { Delays } from './delays.ts';
import { type Envelope, seal } from './envelope.ts';
import type { Names } from './names.ts';
import type { Letter, Publisher } from './publisher.ts';
import { waiting } from './waiting.ts';

export interface PublishDeps {
  readonly clock: Clock;
  readonly names: Names;
  readonly route: Router;
  readonly publisher: Publisher;
  readonly delays: () => Delays;
  readonly observer: Required<BrokerObserver>;
}

interface Sealed {
  readonly message: OutMessage;
  readonly route: Route;
  readonly envelope: Envelope;
}

/** Checks all messages before it sends any. */
export function createPublish(deps: PublishDeps): (messages: readonly OutMessage[]) => Promise<void> {
  const { clock, names, publisher, observer } = deps;

  const sealed = (message: OutMessage, publishedAt: number): Sealed => ({
    message,
    route: deps.route(message),
    envelope: seal(message, encode(message), publishedAt),
  });

  const letter = ({ message, route: { exchange }, envelope }: Sealed): Letter => {
    if (exchange.type !== 'delay') {
      const mandatory = exchange.type !== 'fanout';
      const fanOut = !mandatory;
      return { exchange: names.own(exchange.name), routingKey: message.key, envelope, mandatory, fanOut };
    }
    const { delay = 0, key } = message;
    return waiting(deps, deps.delays(), key, delay > 0 ? clock.now() + delay : 0, envelope);
  };

  return async (messages) => {
    if (messages.length === 0) return;
    const started = performance.now();
    const publishedAt = Date.now();
    const all = messages.map((message) => sealed(message, publishedAt));
    // RabbitMQ would notice only after the delay.
    const astray = all.filter(({ route }) => route.exchange.type === 'delay' && route.queues.length === 0);
    const counts = new Map<string, number>();
    for (const { message } of all) counts.set(message.exchange, (counts.get(message.exchange) ?? 0) + 1);
    try {
      await publisher.send(all.filter((one) => !astray.includes(one)).map(letter));
    } catch (error) {
      for (const [exchange, count] of counts) observer.unconfirmed(exchange, count);
      throw error;
    }
    const seconds = (performance.now() - started) / 1000;
    for (const { message } of astray) observer.unroutable(message);
    for (const [exchange, count] of counts) observer.published(exchange, count, seconds);
  };
}
