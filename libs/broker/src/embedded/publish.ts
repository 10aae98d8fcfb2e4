import type { Clock } from '@herald/domain';
import type { BrokerObserver, OutMessage } from '../broker.ts';
import { encode } from '../encode.ts';
import type { Route, Router } from '../routing.ts';
import type { Engine } from './engine.ts';
import type { Content } from './message.ts';
import type { WorkQueue } from './queue.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface PublishDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly queues: ReadonlyMap<string, WorkQueue>;
  readonly route: Router;
  readonly subscriptions: Subscriptions;
  readonly observer: Required<BrokerObserver>;
}

interface Letter {
  readonly message: OutMessage;
  readonly route: Route;
  readonly content: Content;
}

/** Publishes all messages in one commit. Checks all of them before it writes anything. */
export function createPublish(deps: PublishDeps): (messages: readonly OutMessage[]) => Promise<void> {
  const { engine, clock, queues, subscriptions, observer } = deps;

  const seal = (message: OutMessage, publishedAt: number): Letter => {
    const route = deps.route(message);
    const { id, key, traceparent = null } = message;
    return {
      message,
      route,
      content: { id, key, body: encode(message), publishedAt, traceparent, attempts: 0 },
    };
  };

  const post = ({ message: { delay = 0 }, route, content }: Letter, now: number): void => {
    for (const name of route.queues) {
      const queue = queues.get(name);
      if (delay > 0) queue?.delay(content, now + delay);
      else queue?.add(content);
    }
  };

  const notify = ({ message, route: { exchange, queues: takers }, content }: Letter): void => {
    if (exchange.type === 'fanout') subscriptions.send(exchange.name, content.body);
    else if (takers.length === 0) observer.unroutable(message);
  };

  return async (messages) => {
    if (messages.length === 0) return;
    const started = performance.now();
    const now = clock.now();
    const publishedAt = Date.now();
    const letters = messages.map((message) => seal(message, publishedAt));
    const counts = new Map<string, number>();
    for (const { route } of letters) {
      const { name } = route.exchange;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    try {
      await engine.run(() => {
        for (const letter of letters) post(letter, now);
      });
    } catch (error) {
      for (const [exchange, count] of counts) observer.unconfirmed(exchange, count);
      throw error;
    }
    const seconds = (performance.now() - started) / 1000;
    for (const letter of letters) notify(letter);
    for (const [exchange, count] of counts) observer.published(exchange, count, seconds);
  };
}
