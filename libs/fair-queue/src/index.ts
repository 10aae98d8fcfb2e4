/** A queue in which the owners of jobs take turns. */
export { createFairQueue, type FairQueue } from './fair-queue.ts';
