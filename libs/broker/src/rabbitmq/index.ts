/** A broker on RabbitMQ, over AMQP 0-9-1. */
export { isLastingFault } from './dial.ts';
export { nodeUrls } from './nodes.ts';
export { openRabbitBroker, type RabbitBrokerOptions } from './open.ts';
