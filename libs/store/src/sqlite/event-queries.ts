import type { StoredEvent } from '@herald/domain';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Scalar } from '../documents.ts';
import type { LogQuery, StreamQuery } from '../event-log.ts';

/** A query as SQL; `INDEXED BY` makes it an error, not a slow scan, should its index ever not serve it. */
interface Plan {
  readonly sql: string;
  readonly values: Scalar[];
}

/** With types: the events of those types after that time, sorted; without: the stream in its order. */
export function planStream(query: StreamQuery): Plan {
  const where = ['workspace = ?', 'stream = ?'];
  const values: Scalar[] = [query.workspace, query.stream];
  const and = (condition: string, ...bound: (Scalar | undefined)[]): void => {
    const given = bound.filter((value) => value !== undefined);
    if (given.length === 0) return;
    where.push(condition);
    values.push(...given);
  };
  const types = query.types && [...new Set(query.types)].sort();
  if (types) and(`type IN (${types.map(() => '?').join(', ')})`, ...types);
  and('seq > ?', query.afterSeq);
  and('occurred_at > ?', query.occurredAfter);
  and('received_at <= ?', query.receivedUntil);
  return {
    sql: `SELECT body FROM events INDEXED BY ${types ? 'events_type' : 'events_seq'}
      WHERE ${where.join(' AND ')} ORDER BY seq LIMIT ?`,
    values: [...values, query.limit],
  };
}

/** `next` makes the cursor that follows an event. */
export function planQuery(query: LogQuery): Plan & { next(event: StoredEvent): string } {
  if (!Number.isInteger(query.limit) || query.limit < 1) throw new RangeError(`Not a limit: ${query.limit}`);
  const { workspace, type, stream, since, cursor } = query;
  const identity = ['log', workspace, { type, stream, since }];
  const [index, order] = orderOf(query);
  const where = ['workspace = ?'];
  const values: Scalar[] = [workspace];
  const and = (condition: string, ...bound: Scalar[]): void => {
    where.push(condition);
    values.push(...bound);
  };
  if (stream !== undefined) and('stream = ?', stream);
  if (type !== undefined) and('type = ?', type);
  // A cursor is past it: the plus keeps `since` from being chosen to seek by.
  if (since !== undefined) and(cursor === undefined ? 'received_at >= ?' : '+received_at >= ?', since);
  if (cursor !== undefined) {
    const position = decodeCursor(identity, cursor, order.length);
    and(`(${order.join(', ')}) > (${order.map(() => '?').join(', ')})`, ...position);
  }
  return {
    sql: `SELECT body FROM events INDEXED BY ${index} WHERE ${where.join(' AND ')}
      ORDER BY ${order.join(', ')} LIMIT ?`,
    values: [...values, query.limit + 1],
    next: ({ seq, receivedAt, id }) =>
      encodeCursor(identity, stream === undefined ? [receivedAt, id] : [seq]),
  };
}

/** The index that serves a query and what it orders by. */
function orderOf({ stream, type }: LogQuery): [index: string, columns: string[]] {
  if (stream !== undefined) return ['events_seq', ['seq']];
  return [type === undefined ? 'events_time' : 'events_time_of_type', ['received_at', 'id']];
}
