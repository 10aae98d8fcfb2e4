/**
 * Does work that a signal may cut short: the process exits with 0, as nothing is under way yet that would
 * have to be finished. The first process in a container ends by a signal only if it listens for it.
 */
export async function unlessSignalled<T>(work: () => Promise<T>): Promise<T> {
  const end = (): never => process.exit(0);
  process.on('SIGTERM', end).on('SIGINT', end);
  try {
    return await work();
  } finally {
    process.off('SIGTERM', end).off('SIGINT', end);
  }
}
