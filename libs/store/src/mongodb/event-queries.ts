import type { StoredEvent } from '@herald/domain';
import type { Filter, Sort } from 'mongodb';
import { decodeCursor, encodeCursor, InvalidCursorError } from '../cursor.ts';
import type { Scalar } from '../documents.ts';
import type { LogQuery, StreamQuery } from '../event-log.ts';
import { idOf } from './ids.ts';
import type { Row } from './rows.ts';
import { type CollectionSchema, indexOn } from './schema.ts';

/** An event as it lies in MongoDB. What queries need of it is there however the rest is kept. */
export interface EventRow
  extends Row,
    Pick<StoredEvent, 'stream' | 'seq' | 'type' | 'occurredAt' | 'receivedAt'> {}

const PLACE = 'workspace,stream,seq';
const TYPES = 'workspace,stream,type,occurredAt';
const TIME = 'workspace,receivedAt,_id';
const TYPE = 'workspace,type,receivedAt,_id';

/** Few, as each costs every event a write. */
export const EVENTS: CollectionSchema = {
  name: 'events',
  indexes: [
    { ...indexOn(PLACE.split(',')), unique: true },
    ...[TYPES, TIME, TYPE].map((name) => indexOn(name.split(','))),
  ],
  indexed: ['stream', 'seq', 'type', 'occurredAt', 'receivedAt'],
};

/**
 * One search: where in the index to begin, and which index. A hint, so that it is an error, not a slow scan,
 * should its index be missing.
 */
export interface Search {
  readonly filter: Filter<EventRow>;
  readonly sort: Sort;
  readonly hint: string;
}

/** With types: the events of those types after that time, sorted; without: the stream in its order. */
export function streamSearch(query: StreamQuery): Search {
  const { workspace, stream, afterSeq, types, occurredAfter, receivedUntil } = query;
  const filter: Filter<EventRow> = {
    workspace,
    stream,
    ...(types === undefined ? {} : { type: { $in: [...new Set(types)] } }),
    ...(afterSeq === undefined ? {} : { seq: { $gt: afterSeq } }),
    ...(occurredAfter === undefined ? {} : { occurredAt: { $gt: occurredAfter } }),
    ...(receivedUntil === undefined ? {} : { receivedAt: { $lte: receivedUntil } }),
  };
  return { filter, sort: { seq: 1 }, hint: types === undefined ? PLACE : TYPES };
}

/**
 * The searches that together give a page, each to be made when those before it gave too little: what shares
 * the cursor's instant, then what is later. `next` makes the cursor that follows an event.
 */
export function querySearches(query: LogQuery): { searches: Search[]; next(event: StoredEvent): string } {
  if (!Number.isInteger(query.limit) || query.limit < 1) throw new RangeError(`Not a limit: ${query.limit}`);
  const { workspace, type, stream, since, cursor } = query;
  const identity = ['log', workspace, { type, stream, since }];
  const base: Filter<EventRow> = { workspace, ...(type === undefined ? {} : { type }) };
  const from = since === undefined ? {} : { $gte: since };
  const received = since === undefined ? {} : { receivedAt: from };

  if (stream !== undefined) {
    const [seq] = cursor === undefined ? [] : decodeCursor(identity, cursor, 1).map(numberIn);
    const filter = { ...base, stream, ...received, ...(seq === undefined ? {} : { seq: { $gt: seq } }) };
    return {
      searches: [{ filter, sort: { seq: 1 }, hint: PLACE }],
      next: (event) => encodeCursor(identity, [event.seq]),
    };
  }

  const place = { sort: { receivedAt: 1, _id: 1 }, hint: type === undefined ? TIME : TYPE } as const;
  const next = ({ receivedAt, id }: StoredEvent): string => encodeCursor(identity, [receivedAt, id]);
  if (cursor === undefined) return { searches: [{ filter: { ...base, ...received }, ...place }], next };
  const [at, id] = decodeCursor(identity, cursor, 2);
  const instant = numberIn(at);
  if (typeof id !== 'string') throw new InvalidCursorError();
  const same = { receivedAt: { $eq: instant, ...from }, _id: { $gt: idOf({ workspace, id }) } };
  const later = { receivedAt: { $gt: instant, ...from } };
  return { searches: [same, later].map((filter) => ({ filter: { ...base, ...filter }, ...place })), next };
}

function numberIn(value: Scalar | undefined): number {
  if (typeof value !== 'number') throw new InvalidCursorError();
  return value;
}

/**
 * What follows a place in (workspace, stream, seq) order, as searches to be made until one gives something.
 */
export function scanSearches(after: Pick<EventRow, 'workspace' | 'stream' | 'seq'> | undefined): Search[] {
  const place = { sort: { workspace: 1, stream: 1, seq: 1 }, hint: PLACE } as const;
  if (after === undefined) return [{ filter: { workspace: { $gte: '' } }, ...place }];
  const { workspace, stream, seq } = after;
  const filters = [
    { workspace, stream, seq: { $gt: seq } },
    { workspace, stream: { $gt: stream } },
    { workspace: { $gt: workspace } },
  ];
  return filters.map((filter) => ({ filter, ...place }));
}
