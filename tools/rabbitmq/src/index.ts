export { type Rabbit, type RabbitNode, startRabbit, type Unavailable } from './start.ts';
