/** Jobs of one owner are first in, first out; owners take turns. */
export interface FairQueue<T> {
  /** False: the owner has too many jobs waiting. */
  push(owner: string, job: T): boolean;
  shift(): T | undefined;
}

export function createFairQueue<T>(limit: number): FairQueue<T> {
  const waiting = new Map<string, T[]>();
  return {
    push(owner, job) {
      const jobs = waiting.get(owner);
      if (jobs === undefined) waiting.set(owner, [job]);
      else if (jobs.length >= limit) return false;
      else jobs.push(job);
      return true;
    },
    shift() {
      const [next] = waiting;
      if (next === undefined) return undefined;
      const [owner, jobs] = next;
      const job = jobs.shift();
      // To the end of the queue, or out of it.
      waiting.delete(owner);
      if (jobs.length > 0) waiting.set(owner, jobs);
      return job;
    },
  };
}
