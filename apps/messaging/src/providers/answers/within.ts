import * as clock from '@herald/clock';

/** A call took too long: whether the other side has got it, nobody knows. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ETIMEDOUT_CALL';
}

/** The outcome of `work`, or a `TimeoutError` after `ms` of wall time, whatever becomes of the work then. */
export const within = <T>(ms: number, work: Promise<T>): Promise<T> =>
  clock.within(ms, work, () => new TimeoutError(`no answer within ${ms} ms`));
