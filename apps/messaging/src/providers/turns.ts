import { createFairQueue } from '@herald/fair-queue';

/**
 * Runs work, so many pieces at once; those that wait take turns by workspace, each workspace's own in their
 * order.
 */
export type InTurn = <T>(workspace: string, work: () => Promise<T>) => Promise<T>;

export function createTurns(atOnce: number): InTurn {
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
