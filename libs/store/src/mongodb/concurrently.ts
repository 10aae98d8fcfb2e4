/** How many commands one call has under way at once. */
const CONCURRENCY = 16;

/** Waits for all, so that nothing is under way any more, and then throws what one of them threw. */
export async function allOf(promises: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(promises)) {
    if (result.status === 'rejected') throw result.reason;
  }
}

/** Works on each, several at a time. After a failure no more are begun. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (!failed && next < items.length) {
      const item = items[next];
      next += 1;
      try {
        if (item !== undefined) await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await allOf(Array.from({ length: Math.min(CONCURRENCY, items.length) }, worker));
}
