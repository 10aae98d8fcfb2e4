import type { StoredEvent } from '@herald/domain';
import type { Db, Collection as MongoCollection } from 'mongodb';
import type { AppendResult, EventLog } from '../event-log.ts';
import { takeBatch } from './batch.ts';
import { eachOf } from './concurrently.ts';
import type { Connection } from './connection.ts';
import {
  EVENTS,
  type EventRow,
  querySearches,
  type Search,
  scanSearches,
  streamSearch,
} from './event-queries.ts';
import { idOf } from './ids.ts';
import { insertRows } from './insert.ts';
import { tryAgain } from './passing.ts';
import { type DocumentForm, documentOf, type Row, rowOf, WHOLE } from './rows.ts';

export { EVENTS };

/**
 * How many events one command may hold: a server may not stop at the first conflict past its own batches, of
 * which the least known is 100.
 */
const APPEND_BATCH = 100;
const SCAN_BATCH = 1_000;

const parseEvent = (row: Row): StoredEvent => documentOf<StoredEvent>(row);

export function createEventLog(connection: Connection, form: DocumentForm): EventLog {
  const toRow = (event: StoredEvent): Row => rowOf(event, EVENTS.indexed, form);
  const run = <T>(work: (events: MongoCollection<EventRow>) => Promise<T>): Promise<T> =>
    connection.run((db: Db) => work(db.collection<EventRow>(EVENTS.name)));
  const search = (events: MongoCollection<EventRow>, { filter, sort, hint }: Search, limit: number) =>
    events.find(filter, { ...WHOLE, sort, hint, limit, batchSize: limit });

  return {
    async append(events) {
      const rows = events.map(toRow);
      if (rows.length === 0) return { written: 0 };
      return run(async (collection): Promise<AppendResult> => {
        for (let start = 0; start < rows.length; start += APPEND_BATCH) {
          const batch = rows.slice(start, start + APPEND_BATCH);
          const [index] = await insertRows(collection, batch, { ordered: true });
          if (index === undefined) continue;
          // Which unique index it was, the driver does not say; and where both are taken, it is the id that
          // counts.
          const _id = batch[index]?._id ?? '';
          const known = await collection.findOne({ _id }, { projection: { _id: 1 } });
          return { written: start + index, conflict: known === null ? 'seq' : 'id' };
        }
        return { written: rows.length };
      });
    },
    async byIds(keys) {
      const ids = [...new Set(keys.map(idOf))];
      if (ids.length === 0) return [];
      return run(async (events) => {
        const rows = await events.find({ _id: { $in: ids } }, { ...WHOLE, batchSize: ids.length }).toArray();
        return rows.map(parseEvent);
      });
    },
    async readStream(query) {
      if (query.types?.length === 0 || query.limit < 1) return [];
      return run(async (events) =>
        (await search(events, streamSearch(query), query.limit).toArray()).map(parseEvent),
      );
    },
    query: (query) =>
      run(async (events) => {
        const { searches, next } = querySearches(query);
        const found: StoredEvent[] = [];
        for (const one of searches) {
          const lacking = query.limit + 1 - found.length;
          if (lacking > 0) found.push(...(await search(events, one, lacking).toArray()).map(parseEvent));
        }
        const items = found.slice(0, query.limit);
        const last = items.at(-1);
        return found.length > query.limit && last !== undefined ? { items, next: next(last) } : { items };
      }),
    async *scan() {
      let last: StoredEvent | undefined;
      do {
        const after = last;
        const batch = await run(async (events) => {
          for (const one of scanSearches(after)) {
            const rows = await takeBatch(search(events, one, SCAN_BATCH));
            if (rows.length > 0) return rows.map(parseEvent);
          }
          return [];
        });
        if (batch.length > 0) yield batch;
        last = batch.at(-1);
      } while (last !== undefined);
    },
    count: () => run((events) => events.estimatedDocumentCount()),
    async rewrite(events) {
      // Copied at once: what the caller does to them afterwards is not written.
      const copies = new Map(events.map((event) => [idOf(event), structuredClone(event)]));
      if (copies.size === 0) return;
      await run(async (collection) => {
        const places = await collection
          .find(
            { _id: { $in: [...copies.keys()] } },
            { projection: { stream: 1, seq: 1, type: 1 }, batchSize: copies.size },
          )
          .toArray();
        await eachOf(places, async ({ _id, stream, seq, type }) => {
          const event = copies.get(_id);
          if (event === undefined) return;
          const row = toRow({ ...event, stream, seq, type }) as EventRow;
          await tryAgain(() => collection.replaceOne({ _id }, row));
        });
      });
    },
  };
}
