/**
 * Resolves to what `work` resolves to. Rejects with `late()` after `ms` of wall time; the work itself goes
 * on.
 */
export async function within<T>(
  ms: number,
  work: Promise<T>,
  late: () => Error = () => new Error(`not done within ${ms} ms`),
): Promise<T> {
  const isLate = Promise.withResolvers<never>();
  const timer = setTimeout(() => isLate.reject(late()), ms);
  try {
    return await Promise.race([work, isLate.promise]);
  } finally {
    clearTimeout(timer);
  }
}
