export { type Candidate, rabbitsForTests, startTestRabbit } from './for-tests.ts';
export { isNewer } from './greeting.ts';
export { type Rabbit, type RabbitNode, startRabbit } from './start.ts';
