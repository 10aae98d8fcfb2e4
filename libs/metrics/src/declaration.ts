/** One metric, as an app declares it. */
export interface Declaration {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
}

/**
 * Metrics by the field that code uses for them. Names have base units; labels have few values: never a
 * workspace, a person, a campaign, a message or a URL. A name that has been released stays.
 */
export type Declarations = Readonly<Record<string, Declaration>>;

/**
 * For the help of a counter of what is stored as well. It is counted after it is stored, so a kill or a lost
 * answer in between leaves it out; counting it from the store would read all of it at each scrape.
 */
export const AT_MOST = 'A kill or an outage may leave some out, and adds none; the store is exact.';

const FAST = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Upper bounds in seconds: for calls, for handling a delivery, and for waits of up to hours. */
export const buckets = {
  FAST,
  HANDLING: [0.001, 0.0025, ...FAST, 30, 60],
  WAITING: [...FAST, 30, 60, 300, 1_800, 3_600, 21_600],
};
