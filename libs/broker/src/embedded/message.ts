import type { SQLOutputValue } from 'node:sqlite';
import { readJson } from '@herald/domain';
import type { Delivery } from '../broker.ts';

/** A message as it is kept, wherever it waits. */
export interface Content {
  readonly id: string;
  readonly key: string;
  /** JSON. */
  readonly body: string;
  readonly publishedAt: number;
  readonly traceparent: string | null;
  /** How often it has been handed to a handler so far. */
  readonly attempts: number;
}

/** A message in its queue. */
export interface Row extends Content {
  readonly place: number;
  attempts: number;
  /**
   * How often it was handed over since its last verdict: more than it is with a handler now, and it was cut
   * off.
   */
  handed: number;
}

export type Columns = Record<string, SQLOutputValue>;

export const contentOf = (row: Columns): Content => ({
  id: String(row.id),
  key: String(row.key),
  body: String(row.body),
  publishedAt: Number(row.published_at),
  traceparent: row.traceparent === null ? null : String(row.traceparent),
  attempts: Number(row.attempts),
});

/** The message as its handler sees it; the body is the handler's own. */
export const deliveryOf = (queue: string, content: Content): Delivery => ({
  queue,
  id: content.id,
  key: content.key,
  body: readJson(content.body),
  attempt: content.attempts,
  publishedAt: content.publishedAt,
  ...(content.traceparent === null ? {} : { traceparent: content.traceparent }),
});

/** At most so many rows are held in memory at once, and no more once their bodies have so many characters. */
export interface Bounds {
  readonly rows: number;
  readonly chars: number;
}

/** Reads until a bound is reached; at least one row, if there is one. */
export function within<T extends Content>(rows: Iterable<T>, { chars }: Pick<Bounds, 'chars'>): T[] {
  const taken: T[] = [];
  let sum = 0;
  for (const row of rows) {
    taken.push(row);
    sum += row.body.length;
    if (sum >= chars) break;
  }
  return taken;
}
