import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collections, type EnrollmentDocument, type MessageDocument } from '@herald/contracts';
import { evolveProspect, initialProspect, type StoredEvent } from '@herald/domain';
import { root } from '@herald/harness';
import { startMongo } from '@herald/mongodb-server';
import { openMongoStore } from '@herald/store/mongodb';
import { AbstractCursor, type Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The statements in the page, as one would type them. */
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const [, section = ''] = page.split('\n## Look into the database\n');
const blocks = [...(section.split('\n## ')[0] ?? '').matchAll(/```js\n(.*?)```/gs)].map(
  ([, block = '']) => block,
);
const statements = blocks
  .join('')
  .replace(/^\/\/.*$/gm, '')
  .split(/^(?=db\.)/m)
  .map((statement) => statement.trim())
  .filter((statement) => statement !== '');

const mongo = await startMongo();

if ('unavailable' in mongo) {
  test(`mongosh: ${mongo.unavailable}`, ({ skip }) => {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(mongo.unavailable);
    skip(mongo.unavailable);
  });
} else {
  describe(`what docs/operations.md says to type into mongosh (${mongo.kind})`, () => {
    const client = new MongoClient(mongo.uri);
    const db = client.db(`herald_mongosh_${process.pid}`);

    beforeAll(async () => {
      const store = await openMongoStore({
        uri: mongo.uri,
        database: db.databaseName,
        collections: Object.values(collections),
        documents: 'fields',
      });
      await store.migrate();
      await store.log.append([updated]);
      const state = evolveProspect(initialProspect('ada'), updated);
      const prospect = { workspace: 'main', id: 'ada', version: 1, state };
      await store.collection(collections.prospects).write([{ doc: prospect, ifVersion: null }]);
      await store.collection(collections.messages).write([{ doc: message, ifVersion: null }]);
      await store.collection(collections.enrollments).write([{ doc: enrollment, ifVersion: null }]);
      await store.close();
    });
    afterAll(async () => {
      await db.dropDatabase();
      await client.close();
      await mongo.stop();
    });

    test.each(statements)('%s', async (statement) => {
      const answer = run(statement, db);
      const found = answer instanceof AbstractCursor ? await answer.toArray() : await answer;
      expect(Array.isArray(found) ? found.length : found).toBeTruthy();
      if (!(answer instanceof AbstractCursor) || mongo.product === 'ferretdb') return;
      expect(JSON.stringify(await (run(statement, db) as Explained).explain())).not.toContain('COLLSCAN');
    });

    test('there is one for each kind of document that people ask for', () => {
      const asked = new Set(statements.map((statement) => /^db\.(\w+)/.exec(statement)?.[1]));
      expect(asked).toEqual(new Set(['prospects', 'events', 'messages', 'enrollments']));
    });
  });
}

interface Explained {
  explain(): Promise<unknown>;
}

/** The driver's collections answer as those of mongosh do. */
function run(statement: string, db: Db): unknown {
  const shell = new Proxy({}, { get: (_, name) => db.collection(String(name)) });
  return new Function('db', `return (${statement})`)(shell) as unknown;
}

const NOW = Date.now();
const cause = { correlationId: 'e1', depth: 0 };

const updated: StoredEvent = {
  workspace: 'main',
  id: 'e1',
  stream: 'prospect/ada',
  seq: 1,
  type: 'prospect.updated',
  occurredAt: NOW,
  receivedAt: NOW,
  source: 'api',
  data: { traits: { email: 'ada@example.com', plan: 'pro', seats: 12 } },
  schema: 1,
  ...cause,
};

const enrollment: EnrollmentDocument = {
  workspace: 'main',
  id: 'trial:ada:1',
  version: 2,
  outbox: [],
  cause,
  state: {
    enrollmentId: 'trial:ada:1',
    prospectId: 'ada',
    campaignId: 'trial',
    campaignVersion: 1,
    status: 'active',
    version: 2,
    clock: NOW,
    entry: { seq: 1, id: 'e1', type: 'prospect.updated', occurredAt: NOW, data: {} },
    n: 1,
    steps: {},
    stepId: 'first-week',
  },
};

const message: MessageDocument = {
  workspace: 'main',
  id: 'm1',
  version: 2,
  outbox: [],
  cause,
  state: {
    messageId: 'm1',
    prospectId: 'ada',
    campaignId: 'trial',
    enrollmentId: 'trial:ada:1',
    stepId: 'hello',
    channel: 'email',
    template: 'hello',
    campaignVersion: 1,
    requestedAt: NOW,
    status: 'sent',
    version: 2,
    dueAt: NOW,
    attempts: 1,
    changedAt: NOW,
    to: 'ada@example.com',
  },
};
