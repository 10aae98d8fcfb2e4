import type { SQLOutputValue } from 'node:sqlite';
import { readJson } from '@herald/domain';
import type { Delivery } from '../broker.ts';

/** An envelope as it is stored, wherever it waits. */
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

/** An envelope in its queue. */
export interface Row extends Content {
  readonly place: number;
  attempts: number;
  /** Hand-overs since the last verdict. Each but the one under way was cut off. */
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

/** The delivery for a handler, with a body of its own. */
export const deliveryOf = (queue: string, content: Content): Delivery => ({
  queue,
  id: content.id,
  key: content.key,
  body: readJson(content.body),
  attempt: content.attempts,
  publishedAt: content.publishedAt,
  ...(content.traceparent === null ? {} : { traceparent: content.traceparent }),
});

/**
 * What may be held in memory at once: so many rows, and none more once the bodies have so many characters.
 */
export interface Bounds {
  readonly rows: number;
  readonly chars: number;
}

/** Reads until the characters reach the bound; at least one row, if there is one. */
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
