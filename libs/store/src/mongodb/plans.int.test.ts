import type { Document as Bson, CommandStartedEvent, MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { event, gather, type Task, task, tasks } from '../contract/fixtures.ts';
import type { Collection } from '../documents.ts';
import type { Store } from '../store.ts';
import { createClient } from './connection.ts';
import { createMongoStore } from './store.ts';
import { describeWithMongo, dropDatabase, freshDatabase } from './testing/server.ts';

const READS = ['find', 'aggregate', 'count'];
const WRITES = ['insert', 'update', 'delete', 'findAndModify'];
/** A count of all is answered from what the server keeps, and an insert looks for nothing. */
const SEARCHES = ['find', 'aggregate', 'update', 'delete', 'findAndModify'];

const byOwner = { index: 'byOwner', equals: ['acme', 'ann'], limit: 1 };
type Work = (log: Store['log'], docs: Collection<Task>) => Promise<unknown>;

/** Every way to ask; with it the index that must serve it, `_id_` where it goes by id. */
const ways: Record<string, [Work, ...string[]]> = {
  'events by id': [(log) => log.byIds([event(1)]), '_id_'],
  'a conflict': [(log) => log.append([event(1)]), '_id_'],
  'a stream': [(log) => log.readStream({ ...event(1), afterSeq: 1, limit: 1 }), 'workspace,stream,seq'],
  'types of a stream': [
    (log) => log.readStream({ ...event(1), types: ['page.viewed'], occurredAfter: 1, limit: 1 }),
    'workspace,stream,type,occurredAt',
  ],
  'the scan of the log': [(log) => gather(log.scan()), 'workspace,stream,seq'],
  'a rewrite': [(log) => log.rewrite([event(1)]), '_id_'],
  'the log of a workspace': [
    async (log) => {
      const { next = '' } = await log.query({ workspace: 'acme', since: 1, limit: 1 });
      await log.query({ workspace: 'acme', since: 1, limit: 1, cursor: next });
    },
    'workspace,receivedAt,_id',
  ],
  'the log of a type': [
    async (log) => {
      const { next = '' } = await log.query({ workspace: 'acme', type: 'page.viewed', limit: 1 });
      await log.query({ workspace: 'acme', type: 'page.viewed', limit: 1, cursor: next });
    },
    'workspace,type,receivedAt,_id',
  ],
  'the log of a stream': [
    (log) => log.query({ workspace: 'acme', stream: 'prospect/ann', limit: 1 }),
    'workspace,stream,seq',
  ],
  'a document by key': [(_, docs) => docs.get('acme', 'a'), '_id_'],
  'documents by key': [(_, docs) => docs.getMany([task('a'), task('b')]), '_id_'],
  'a guarded write': [(_, docs) => docs.write([{ doc: task('a'), ifVersion: 7 }]), '_id_'],
  'a removal': [(_, docs) => docs.remove('acme', 'none'), '_id_'],
  'a scan of documents': [(_, docs) => gather(docs.scan()), '_id_'],
  'a find, page by page': [
    async (_, docs) => {
      for (const reverse of [false, true]) {
        const { next = '' } = await docs.find({ ...byOwner, from: 1, reverse });
        await docs.find({ ...byOwner, from: 1, reverse, cursor: next });
      }
    },
    'workspace,owner.name,rank,_id',
  ],
  'a count': [(_, docs) => docs.count({ ...byOwner, before: 9 }), 'workspace,owner.name,rank,_id'],
  'a count by fields': [(_, docs) => docs.countBy('byStatus', ['acme']), 'workspace,status,_id'],
  'what is overdue': [(_, docs) => docs.overdue(5), 'sweepAt'],
  'a claim': [(_, docs) => docs.claim({ dueBy: 5, until: 1, limit: 2 }), 'sweepAt', '_id_'],
};

await describeWithMongo('What the store asks MongoDB', ({ uri, product }) => {
  const database = freshDatabase();
  let client: MongoClient;
  let store: Store;
  let asked: { readonly name: string; readonly command: Bson }[] = [];

  beforeAll(async () => {
    const options = { uri, database, collections: [tasks] };
    client = createClient(options, { monitorCommands: true });
    client.on('commandStarted', ({ commandName, command }: CommandStartedEvent) => {
      asked.push({ name: commandName, command });
    });
    store = createMongoStore(client, options, 'fields');
    await store.migrate();
    await store.log.append([1, 2, 3].map((seq) => event(seq)));
    const docs = ['a', 'b', 'c'].map((id, n) =>
      task(id, { sweepAt: n, owner: { name: 'ann' }, rank: 5, status: 'open' }),
    );
    await store.collection(tasks).write(docs.map((doc) => ({ doc, ifVersion: null })));
  });
  afterAll(async () => {
    await store.close();
    await dropDatabase(uri, database);
  });

  const askedBy = async (work: Work, names = SEARCHES): Promise<Bson[]> => {
    asked = [];
    await work(store.log, store.collection(tasks));
    return asked.filter(({ name }) => names.includes(name)).map(({ command }) => command);
  };

  it('reads what a majority has, and waits until a majority has what it wrote, in its journal', async () => {
    const all: Work = async (log, docs) => {
      await log.append([event(10)]);
      await docs.write([{ doc: task('new'), ifVersion: null }]);
      for (const [work] of Object.values(ways)) await work(log, docs);
      await docs.remove('acme', 'new');
    };
    for (const command of await askedBy(all, READS)) {
      expect(command.readConcern).toEqual({ level: 'majority' });
    }
    const writes = await askedBy(all, WRITES);
    expect(writes.length).toBeGreaterThan(4);
    for (const command of writes) {
      expect(command.writeConcern).toEqual({ w: 'majority', j: true, wtimeout: 15_000 });
    }
  });

  it.each(Object.entries(ways))('%s names its index, or goes by id', async (_name, [work, ...indexes]) => {
    const commands = await askedBy(work);
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) expect(indexes).toContain(indexNamedBy(command));
  });

  const explains = product !== 'ferretdb';
  const unless = explains ? '' : ' (not tested: FerretDB scans whole collections)';
  it.skipIf(!explains).each(Object.entries(ways))(`%s scans nothing${unless}`, async (_name, [work]) => {
    for (const command of await askedBy(work)) {
      const explain = Object.fromEntries(
        Object.entries(command).filter(
          ([name]) => !/^(\$.*|lsid|txnNumber|readConcern|writeConcern)$/.test(name),
        ),
      );
      const plan = await client.db(database).command({ explain, verbosity: 'executionStats' });
      const stages = stagesIn(plan);
      expect(stages).not.toContain('COLLSCAN');
      expect(
        stages.some((stage) => /^(IXSCAN|IDHACK|EXPRESS_.*|COUNT_SCAN|DISTINCT_SCAN|EOF)$/.test(stage)),
      ).toBe(true);
      // The events of some types of one stream are put in order in memory; nothing else is.
      if (explain.hint !== 'workspace,stream,type,occurredAt') expect(stages).not.toContain('SORT');
    }
  });
});

/** The index that a command says, or must use as it asks for ids. */
function indexNamedBy(command: Bson): unknown {
  if (command.hint !== undefined) return command.hint;
  const filter = command.filter ?? command.updates?.[0]?.q ?? command.deletes?.[0]?.q ?? {};
  return '_id' in filter ? '_id_' : undefined;
}

function stagesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'stage' && typeof inner === 'string' ? [inner] : stagesIn(inner),
  );
}
