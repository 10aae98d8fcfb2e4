/**
 * The broker port: publish, consume, delay. Implementations: `@herald/broker/embedded`,
 * `@herald/broker/rabbitmq`. Every implementation passes `@herald/broker/contract-suite`.
 */
export type {
  BatchHandler,
  BatchOptions,
  Broker,
  BrokerObserver,
  ConsumeOptions,
  Consumer,
  DeadLetter,
  Delivery,
  Handler,
  OutMessage,
  QueueDepth,
  QueueLoad,
} from './broker.ts';
export { encode, MAX_BODY, MAX_KEY } from './encode.ts';
export { BrokerError, type BrokerErrorCode } from './errors.ts';
export type { ExchangeSpec, QueueSpec, RetryPolicy, Topology } from './topology.ts';
export { DELAY_EXCHANGE, matchesTopic, retryDelay } from './topology.ts';
export { ack, drop, retry, type Verdict } from './verdict.ts';
