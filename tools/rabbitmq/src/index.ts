export { type Candidate, rabbitsForTests, startTestCluster, startTestRabbit } from './for-tests.ts';
export { isNewer } from './greeting.ts';
export type { Rabbit, RabbitNode } from './rabbit.ts';
export { startRabbit } from './start.ts';
