import type { Clock } from '@herald/domain';
import type { Broker, BrokerObserver } from '../broker.ts';
import { createRouter } from '../routing.ts';
import { safeObserver } from '../safe-observer.ts';
import type { Topology } from '../topology.ts';
import { type LevelsShape, USUAL_SHAPE } from './levels.ts';
import { createNames } from './names.ts';
import { createNodes } from './nodes.ts';
import { createRabbitBroker } from './rabbit-broker.ts';

export interface RabbitBrokerOptions {
  /**
   * `amqp://` or `amqps://`, with credentials and virtual host. The nodes of a cluster are several hosts in
   * it, or several URLs, with commas between: a connection that is lost goes on at the next one.
   */
  readonly url: string;
  readonly topology: Topology;
  /** The clock of due times. Retry back-offs last their length on the wall, however fast it runs. */
  readonly clock: Clock;
  readonly observer?: BrokerObserver;
  /**
   * `auto` asks the broker, anew on each connection: the delayed-message plugin if it has it, else `levels`.
   * `plugin` rejects where there is none.
   */
  readonly delayStrategy?: 'auto' | 'plugin' | 'levels';
  /** What every name in the broker begins with, so that installations can share a virtual host. */
  readonly prefix?: string;
  /** ms of wall time until a publish must be confirmed. */
  readonly confirmTimeout?: number;
  /** ms of wall time until the first connection must be there, the topology declared. */
  readonly openTimeout?: number;
  /**
   * ms of wall time that a connection must have lasted before what a crash gave back is handed over again.
   */
  readonly suspectsAfter?: number;
  /** The steps of `levels`. */
  readonly levels?: LevelsShape;
  /**
   * Whether this process must be the only one that consumes, because its store is its own. While another one
   * that was opened so consumes, opening rejects, and a lost connection does not come back. Default false.
   */
  readonly alone?: boolean;
  /** Shown by RabbitMQ's tools. */
  readonly connectionName?: string;
}

/**
 * A broker on RabbitMQ (3.10 or later). It declares the topology, here and again after each loss of a
 * connection; consumers go on and subscribers hear of the gap. Rejects when there is no connection in
 * `openTimeout`, and at once when the broker refuses the credentials or has a queue of that name with other
 * properties.
 *
 * Beyond the port's words: `inFlight` counts what this process holds; `delayed` and `purgeDelayed` look
 * through the delay queues, which is exact up to 10,000 messages in each and nothing for a dashboard; a
 * cut-off is also counted, once, for what was fetched and not handed over when its consumer was cut off. What
 * a consumer gives back when it stops comes behind what was published meanwhile.
 */
export async function openRabbitBroker(options: RabbitBrokerOptions): Promise<Broker> {
  const { url, topology, clock, prefix = '' } = options;
  const observer = safeObserver(options.observer ?? {});
  return createRabbitBroker({
    nodes: createNodes(url, { fault: observer.fault }),
    topology,
    clock,
    route: createRouter(topology),
    observer,
    names: createNames(prefix),
    delayStrategy: options.delayStrategy ?? 'auto',
    confirmTimeout: options.confirmTimeout ?? 5000,
    openTimeout: options.openTimeout ?? 30_000,
    suspectsAfter: options.suspectsAfter ?? 5000,
    shape: options.levels ?? USUAL_SHAPE,
    connectionName: options.connectionName ?? 'herald',
    alone: options.alone ?? false,
  });
}
