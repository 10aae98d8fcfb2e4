/**
 * The store cannot do anything now: it is away, shutting down, electing, too busy or out of space. The same
 * call may succeed later. Whether a write was done is unknown.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly code = 'store_unavailable';
  /**
   * Servers use the same code for a fault of their own that this one call provokes. Only a ping can then show
   * whether the store is away.
   */
  readonly doubtful: boolean;

  constructor(message: string, { doubtful = false } = {}) {
    super(message);
    this.doubtful = doubtful;
  }
}

/** Whether the store's state, not the call, caused an error. `doubtful`: only `ping` can confirm it. */
export function unavailability(error: unknown): 'certain' | 'doubtful' | undefined {
  if (error instanceof StoreUnavailableError) return error.doubtful ? 'doubtful' : 'certain';
  return isDiskFault(error) ? 'certain' : undefined;
}

/** SQLite's primary result codes: NOMEM, READONLY, IOERR, FULL, CANTOPEN. */
const DISK: ReadonlySet<number> = new Set([7, 8, 10, 13, 14]);

/** Extended result codes keep the primary one in the low byte. */
const isDiskFault = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  DISK.has(error.errcode & 0xff);
