import type { Difference } from './difference.ts';

export interface ReplayReport {
  readonly events: number;
  readonly streams: number;
  /** Documents that differed from the log. */
  readonly differences: number;
  /** How many of them were repaired. */
  readonly repaired: number;
  /** The first few of them. */
  readonly described: readonly Difference[];
}

/** Counts differences and describes the first few. */
export interface ReportWriter {
  add(difference: Difference, repaired: boolean): void;
  has(difference: Difference): boolean;
  finish(counts: Pick<ReplayReport, 'events' | 'streams'>): ReplayReport;
}

export function createReport(describe: number): ReportWriter {
  const described: Difference[] = [];
  // Grows with the differences only: few, unless a whole collection is gone.
  const seen = new Set<string>();
  let repairs = 0;
  return {
    add(difference, repaired) {
      seen.add(keyOf(difference));
      if (repaired) repairs += 1;
      if (described.length < describe) described.push(difference);
    },
    has: (difference) => seen.has(keyOf(difference)),
    finish: (counts) => ({ ...counts, differences: seen.size, repaired: repairs, described }),
  };
}

const keyOf = ({ collection, workspace, id }: Difference): string => `${collection} ${workspace} ${id}`;
