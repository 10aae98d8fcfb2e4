import type { Row } from './message.ts';

/**
 * A consumer as its queue sees it. The queue asks how many envelopes it wants, and hands them over once the
 * commit that records it is on disk.
 */
export interface Member {
  /** The most envelopes that it holds at once. */
  readonly limit: number;
  /** How many of the `available` envelopes it takes now. `atOnce`: it would not help to wait for more. */
  wants(available: number, atOnce: boolean): number;
  /** Counts them as taken, before the commit. */
  take(count: number): void;
  /** The commit failed: they count as never taken. */
  giveBack(count: number): void;
  /** Hands them over. */
  hand(rows: Row[]): void;
  /** The queue is empty. */
  idle(): void;
}
