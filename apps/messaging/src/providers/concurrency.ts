import { createFairQueue } from '@herald/fair-queue';

/**
 * Runs a limited number of jobs at once. Workspaces with waiting jobs take turns; each keeps its order.
 */
export type LimitedRun = <T>(workspace: string, work: () => Promise<T>) => Promise<T>;

/** `atOnce`: how many jobs may run at the same time. */
export function createConcurrencyLimit(atOnce: number): LimitedRun {
  const queue = createFairQueue<() => Promise<void>>(Number.POSITIVE_INFINITY);
  let running = 0;

  const pump = (): void => {
    while (running < atOnce) {
      const job = queue.shift();
      if (job === undefined) return;
      running += 1;
      void job().then(() => {
        running -= 1;
        pump();
      });
    }
  };

  return (workspace, work) =>
    new Promise((resolve, reject) => {
      queue.push(workspace, () => work().then(resolve, reject));
      pump();
    });
}
