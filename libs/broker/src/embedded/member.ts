import type { Row } from './message.ts';

/**
 * One consumer as its queue sees it: the queue asks what it wants, and hands over what is committed as handed
 * over.
 */
export interface Member {
  /** The most it has at once. */
  readonly limit: number;
  /**
   * How many of `available` waiting messages it takes now. `atOnce`: no more will come together, so there is
   * no use in waiting.
   */
  wants(available: number, atOnce: boolean): number;
  /** They are as good as handed over: counted, but not yet to be worked on. */
  take(count: number): void;
  /** The commit failed: as if never taken. */
  giveBack(count: number): void;
  /** They are its now. */
  hand(rows: Row[]): void;
  /** Nothing waits. */
  idle(): void;
}
