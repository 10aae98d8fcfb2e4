import type { StoredEvent } from '@herald/domain';
import { type EventLog, InvalidCursorError, type Page } from '@herald/store';
import { readStream } from '../log/read-stream.ts';

/** Where an event stands in a timeline: by when it occurred; what occurred at once, by the order of folding, which puts causes first. */
type Position = readonly [occurredAt: number, seq: number];

/**
 * One page of a stream's events, oldest first. The log is by order of arrival, and what arrives late may be old, so each page
 * reads the whole stream; it holds one page of it in memory.
 */
export async function readTimeline(
  log: EventLog,
  {
    workspace,
    stream,
    limit,
    cursor,
  }: { workspace: string; stream: string; limit: number; cursor?: string | undefined },
): Promise<Page<StoredEvent>> {
  const after = cursor === undefined ? undefined : decode(cursor);
  let kept: StoredEvent[] = [];
  for await (const page of readStream(log, { workspace, stream })) {
    const later = after === undefined ? page : page.filter((event) => compare(positionOf(event), after) > 0);
    kept = [...kept, ...later].sort((a, b) => compare(positionOf(a), positionOf(b))).slice(0, limit + 1);
  }
  const items = kept.slice(0, limit);
  const last = items.at(-1);
  return kept.length > limit && last !== undefined ? { items, next: encode(positionOf(last)) } : { items };
}

const positionOf = (event: StoredEvent): Position => [event.occurredAt, event.seq];
const compare = (a: Position, b: Position): number => a[0] - b[0] || a[1] - b[1];
const encode = (position: Position): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/** Throws `InvalidCursorError` for whatever `encode` did not give. */
function decode(cursor: string): Position {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(value) && value.length === 2 && value.every(Number.isInteger))
      return [value[0], value[1]];
  } catch {
    // Not JSON: refused below.
  }
  throw new InvalidCursorError();
}
