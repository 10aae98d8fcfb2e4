import { compareEvents, type StoredEvent } from '@herald/domain';
import { type EventLog, InvalidCursorError, type Page } from '@herald/store';
import { readStream } from '../log/read-stream.ts';

/** The place of an event in a timeline: the fields that `compareEvents` compares. */
type Position = Pick<StoredEvent, 'occurredAt' | 'receivedAt' | 'position' | 'seq'>;

/**
 * One page of a stream's events, oldest first. The log is in order of arrival, and a late event may be old,
 * so each page reads the whole stream; memory holds one page.
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
    const later = after === undefined ? page : page.filter((event) => compareEvents(event, after) > 0);
    kept = [...kept, ...later].sort(compareEvents).slice(0, limit + 1);
  }
  const items = kept.slice(0, limit);
  const last = items.at(-1);
  return kept.length > limit && last !== undefined ? { items, next: encode(last) } : { items };
}

const encode = ({ occurredAt, receivedAt, position = 0, seq }: Position): string =>
  Buffer.from(JSON.stringify([occurredAt, receivedAt, position, seq])).toString('base64url');

/** Throws `InvalidCursorError` for a text that is not from `encode`. */
function decode(cursor: string): Position {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(value) && value.length === 4 && value.every(Number.isInteger)) {
      const [occurredAt, receivedAt, position, seq] = value;
      return { occurredAt, receivedAt, position, seq };
    }
  } catch {
    // Not JSON: refused below.
  }
  throw new InvalidCursorError();
}
