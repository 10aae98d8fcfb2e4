import type { OutMessage } from './broker.ts';
import { BrokerError } from './errors.ts';
import { type ExchangeSpec, matchesTopic, type Topology } from './topology.ts';

/** Where a message goes. */
export interface Route {
  readonly exchange: ExchangeSpec;
  /** Each once. */
  readonly queues: readonly string[];
}

/**
 * The queues that a message goes to. Throws a `BrokerError` for an unknown exchange, or a delay on an
 * exchange without delays.
 */
export type Router = (message: OutMessage) => Route;

/** Throws for a topology that binds a queue to an unknown exchange, or has a name twice. */
export function createRouter({ exchanges, queues }: Topology): Router {
  const specs = new Map(exchanges.map((spec) => [spec.name, spec]));
  const names = new Set(queues.map(({ name }) => name));
  if (specs.size < exchanges.length || names.size < queues.length) {
    throw new Error('The topology names an exchange or a queue twice');
  }
  for (const { name, bindings } of queues) {
    for (const { exchange } of bindings) {
      if (!specs.has(exchange)) throw new Error(`Queue ${name} is bound to the unknown exchange ${exchange}`);
    }
  }

  const takers = ({ name, type }: ExchangeSpec, key: string): string[] => {
    if (type === 'delay') return names.has(key) ? [key] : [];
    return queues
      .filter(({ bindings }) =>
        bindings.some(
          (binding) => binding.exchange === name && (type === 'fanout' || matchesTopic(binding.key, key)),
        ),
      )
      .map((queue) => queue.name);
  };

  return ({ exchange: name, key, delay }) => {
    const exchange = specs.get(name);
    if (exchange === undefined) throw new BrokerError('unknown_exchange', `There is no exchange ${name}`);
    if (delay !== undefined && (exchange.type !== 'delay' || !Number.isFinite(delay))) {
      throw new BrokerError('invalid_message', 'A delay is a finite number, and only for a delay exchange');
    }
    return { exchange, queues: takers(exchange, key) };
  };
}
