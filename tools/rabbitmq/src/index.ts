export { type Rabbit, type RabbitNode, startRabbit } from './start.ts';
