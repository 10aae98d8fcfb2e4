import type { StoredEvent } from '@herald/domain';
import { type Database, openDatabase } from '@herald/sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { event, gather, type Task, task, tasks } from '../contract/fixtures.ts';
import type { Collection } from '../documents.ts';
import type { Store } from '../store.ts';
import { createSqliteStore } from './store.ts';

/** Every statement that the store has prepared since the last look. */
let statements: Set<string>;
let database: Database;
let store: Store;

beforeEach(async () => {
  statements = new Set();
  const db = openDatabase(':memory:');
  database = {
    ...db,
    prepare(sql) {
      statements.add(sql);
      return db.prepare(sql);
    },
  };
  store = createSqliteStore(database, [tasks]);
  await store.migrate();
  // Enough for a planner that goes by statistics to prefer a scan, and statistics for it.
  await store.log.append([1, 2, 3].map((seq) => event(seq)));
  await store.collection(tasks).write([{ doc: task('a', { sweepAt: 1 }), ifVersion: null }]);
  db.exec('ANALYZE');
});
afterEach(() => store.close());

/** The plans of what `work` asks SQLite for. */
async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
  statements.clear();
  await work();
  const asked = [...statements].filter((sql) => /^\s*(SELECT|UPDATE|DELETE)/.test(sql));
  return asked.flatMap((sql) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail)),
  );
}

const log: Record<string, [(log: Store['log']) => Promise<unknown>, RegExp]> = {
  'events by id': [(log) => log.byIds([event(1)]), /USING INDEX events_id \(workspace=\? AND id=\?\)/],
  'a conflict': [(log) => log.append([event(1)]), /USING INDEX events_id \(workspace=\? AND id=\?\)/],
  'a stream': [
    (log) => log.readStream({ ...event(1), limit: 1 }),
    /USING INDEX events_seq \(workspace=\? AND stream=\?\)/,
  ],
  'a stream after a seq and a time': [
    (log) => log.readStream({ ...event(1), afterSeq: 1, occurredAfter: 1, receivedUntil: 9, limit: 1 }),
    /USING INDEX events_seq \(workspace=\? AND stream=\? AND seq>\?\)/,
  ],
  'types of a stream': [
    (log) => log.readStream({ ...event(1), types: ['a', 'b'], afterSeq: 1, limit: 1 }),
    /USING INDEX events_type \(workspace=\? AND stream=\? AND type=\?\)/,
  ],
  'types of a stream after a time': [
    (log) => log.readStream({ ...event(1), types: ['a'], occurredAfter: 1, afterSeq: 1, limit: 1 }),
    /USING INDEX events_type \(workspace=\? AND stream=\? AND type=\? AND occurred_at>\?\)/,
  ],
  'the scan of the log': [
    (log) => gather(log.scan()),
    /USING INDEX events_seq \(\(workspace,stream,seq\)>\(\?,\?,\?\)\)/,
  ],
  'the count of events': [(log) => log.count(), /^SEARCH events$/],
  'a rewrite': [(log) => log.rewrite([event(1)]), /USING INTEGER PRIMARY KEY|USING INDEX events_id/],
};
it.each(Object.entries(log))('%s is a search', async (_name, [work, plan]) => {
  const plans = await plansOf(() => work(store.log));
  expect(plans.join('\n')).not.toContain('SCAN');
  expect(plans).toContainEqual(expect.stringMatching(plan));
});

const by = (fields: Partial<StoredEvent>) => ({ workspace: 'acme', limit: 1, ...fields });
const queries: [object, string, string][] = [
  [by({}), 'events_time', ''],
  [by({ type: 'page.viewed' }), 'events_time_of_type', ' AND type=?'],
];
it.each(queries)(
  'the log by %j is read in order from its place on, each page',
  async (query, index, more) => {
    for (const since of [undefined, 1]) {
      const request = { workspace: 'acme', limit: 1, ...query, ...(since === undefined ? {} : { since }) };
      let cursor: string | undefined;
      const first = await plansOf(async () => {
        cursor = (await store.log.query(request)).next;
      });
      const from = since === undefined ? '' : ' AND received_at>?';
      expect(first).toEqual([`SEARCH events USING INDEX ${index} (workspace=?${more}${from})`]);
      const next = await plansOf(() => store.log.query({ ...request, cursor: cursor ?? '' }));
      expect(next).toEqual([
        `SEARCH events USING INDEX ${index} (workspace=?${more} AND (received_at,id)>(?,?))`,
      ]);
    }
  },
);

it.each([{}, { type: 'page.viewed' }, { since: 1 }])('the log of one stream, by %j too', async (more) => {
  const request = { ...by({ stream: 'prospect/ann' }), ...more };
  let cursor: string | undefined;
  const first = await plansOf(async () => {
    cursor = (await store.log.query(request)).next;
  });
  expect(first).toEqual(['SEARCH events USING INDEX events_seq (workspace=? AND stream=?)']);
  const next = await plansOf(() => store.log.query({ ...request, cursor: cursor ?? '' }));
  expect(next).toEqual(['SEARCH events USING INDEX events_seq (workspace=? AND stream=? AND seq>?)']);
});

const documents: Record<string, [(docs: Collection<Task>) => Promise<unknown>, RegExp]> = {
  'a document by key': [
    (docs) => docs.get('acme', 'a'),
    /USING INDEX doc\/tasks\/ \(workspace=\? AND id=\?\)/,
  ],
  'a guarded write': [
    (docs) => docs.write([{ doc: task('a'), ifVersion: 1 }]),
    /USING INDEX doc\/tasks\/ \(workspace=\? AND id=\?\)/,
  ],
  'a removal': [(docs) => docs.remove('acme', 'b'), /USING INDEX doc\/tasks\/ \(workspace=\? AND id=\?\)/],
  'a scan of documents': [
    (docs) => gather(docs.scan()),
    /USING INDEX doc\/tasks\/ \(\(workspace,id\)>\(\?,\?\)\)/,
  ],
  'a claim': [
    (docs) => docs.claim({ dueBy: 2, until: 3, limit: 1 }),
    /USING INDEX doc\/tasks\/\+ \(sweep_at<\?\)|\(sweep_at>\? AND sweep_at<\?\)/,
  ],
  'what is overdue': [
    (docs) => docs.overdue(5),
    /USING COVERING INDEX doc\/tasks\/\+ \(sweep_at<\?\)|sweep_at>\?/,
  ],
  'a count': [
    (docs) => docs.count({ index: 'byOwner', equals: ['acme', 'ann'], from: 1 }),
    /USING COVERING INDEX doc\/tasks\/byOwner \(workspace=\? AND \$\.owner\.name=\? AND \$\.rank>\? AND \$\.rank<\?\)/,
  ],
  'a count by fields': [
    (docs) => docs.countBy('byTeam', ['acme', 'red']),
    /USING COVERING INDEX doc\/tasks\/byTeam \(workspace=\? AND \$\.owner\.team=\?\)/,
  ],
};
it.each(Object.entries(documents))('%s is a search', async (_name, [work, plan]) => {
  const plans = await plansOf(() => work(store.collection(tasks)));
  expect(plans.join('\n')).not.toMatch(/SCAN|TEMP B-TREE/);
  expect(plans).toContainEqual(expect.stringMatching(plan));
});

it.each([false, true])(
  'a find is read in order from its place on, each page (reverse: %s)',
  async (reverse) => {
    const docs = store.collection(tasks);
    await docs.write(
      ['b', 'c', 'd'].map((id) => ({ doc: task(id, { owner: { name: 'ann' }, rank: 5 }), ifVersion: null })),
    );
    const key = '($.rank,id)';
    const name = 'workspace=? AND $.owner.name=?';
    const beyond = reverse ? '<' : '>';
    const bounds = ['$.rank>?', '$.rank<?'];
    // Of the bounds, a page that follows keeps the one it moves towards.
    const next = reverse ? `$.rank>? AND ${key}<(?,?)` : `${key}>(?,?) AND $.rank<?`;
    for (const [range, first, second] of [
      [{}, name, `${name} AND ${key}${beyond}(?,?)`],
      [{ from: 1, before: 9 }, `${name} AND ${bounds.join(' AND ')}`, `${name} AND ${next}`],
    ] as const) {
      const query = { index: 'byOwner', equals: ['acme', 'ann'], limit: 1, reverse, ...range };
      let cursor: string | undefined;
      const plans = await plansOf(async () => {
        cursor = (await docs.find(query)).next;
      });
      expect(plans).toEqual([`SEARCH doc/tasks USING INDEX doc/tasks/byOwner (${first})`]);
      const following = await plansOf(() => docs.find({ ...query, cursor: cursor ?? '' }));
      expect(following).toEqual([`SEARCH doc/tasks USING INDEX doc/tasks/byOwner (${second})`]);
    }
  },
);
