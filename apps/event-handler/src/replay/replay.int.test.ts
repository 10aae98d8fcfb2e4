import { collections } from '@herald/contracts';
import { initialMessage } from '@herald/domain';
import type { Store } from '@herald/store';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogWriter } from '../append/writer.ts';
import { contentsOf, KINDS, plain, removeEverything } from '../testing/documents.ts';
import { openTestStore, readAll, silentLog, T0, traitsEvent } from '../testing/fixtures.ts';
import { storyOf, writeDocumentsOf, writeHistory } from '../testing/history.ts';
import { type ReplayOptions, replay } from './replay.ts';

let store: Store;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

const run = (options: Partial<ReplayOptions> = {}) =>
  replay({ store, log: silentLog, verify: true, ...options });
const repair = (options: Partial<ReplayOptions> = {}) => run({ verify: false, ...options });

describe('a store that agrees with its log', () => {
  test('has integers beyond 2⁵³ in it with every digit', async () => {
    await createLogWriter(store).write([traitsEvent({ customer: 820982911946154508n })]);
    await repair();
    expect(await run()).toMatchObject({ events: 1, differences: 0 });
    const ada = await store.collection(collections.prospects).get('acme', 'ada');
    expect(ada?.state.traits).toEqual({ customer: 820982911946154508n });
  });

  test('has no differences, whatever is under way in it', async () => {
    await writeHistory(store, ['ada', 'bob']);
    const requested = initialMessage(
      {
        messageId: 'new',
        prospectId: 'ada',
        channel: 'email',
        template: 'x',
        campaignId: 'trial',
        campaignVersion: 2,
        enrollmentId: 'e',
        stepId: 's',
        requestedAt: T0,
      },
      T0,
    );
    const doc = { workspace: 'acme', id: 'new', version: 1, state: requested, outbox: [], cause: causeless };
    await store.collection(collections.messages).write([{ doc, ifVersion: null }]);
    expect(await run()).toEqual({ events: 22, streams: 4, differences: 0, repaired: 0, described: [] });
  });

  test('agrees after reports and suppressions, in whatever order they arrived', async () => {
    const story = storyOf('ada');
    const sent = story.find(({ type }) => type === 'email.sent');
    if (sent === undefined) throw new Error('the story has no message');
    const report = (version: number, type: string, data: object) => ({
      ...sent,
      id: `reported-${version}`,
      type,
      occurredAt: T0 + 20 + version,
      data: { ...sent.data, version, reported: true, ...data },
    });
    const person = (id: string, type: string, data: object) => ({
      ...sent,
      id,
      type,
      occurredAt: T0 + 90,
      data: { ...data },
    });
    const reported = [
      ...story,
      person('report-1', 'message.reported', { messageId: sent.data.messageId, outcome: 'bounced' }),
      report(5, 'email.bounced', { bounce: 'hard', reason: '550 no such user' }),
      report(7, 'email.opened', { status: 'bounced' }),
      report(8, 'email.delivered', { status: 'bounced' }),
      person('s-1', 'prospect.suppressed', {
        channel: 'email',
        address: 'ada@example.com',
        reason: 'hard_bounce',
      }),
      person('s-2', 'prospect.unsubscribed', { channel: 'email', topic: 'news', reason: 'page' }),
    ];
    const order = fc.shuffledSubarray(reported, { minLength: reported.length });
    await fc.assert(
      fc.asyncProperty(order, async (arrived) => {
        const other = await openTestStore();
        try {
          await createLogWriter(other).write(arrived);
          await writeDocumentsOf(other, reported);
          expect(await run({ store: other })).toMatchObject({ events: reported.length, differences: 0 });
          const [message] = await readAll(other, collections.messages);
          expect(message?.state).toMatchObject({ status: 'bounced', reason: '550 no such user' });
          const [ada] = await readAll(other, collections.prospects);
          expect(ada?.state.suppressions?.email).toMatchObject({ address: 'ada@example.com' });
        } finally {
          await other.close();
        }
      }),
      { numRuns: 20 },
    );
  });

  test('reports its progress up to the end', async () => {
    await writeHistory(store, ['ada', 'bob']);
    const seen: (readonly [number, number])[] = [];
    await run({ onProgress: (done, total) => seen.push([done, total]) });
    expect(seen.at(-1)).toEqual([22, 22]);
  });

  test('may be empty', async () => {
    expect(await run()).toMatchObject({ events: 0, differences: 0 });
  });

  test('agrees when its events came in another order than that of their versions', async () => {
    const story = storyOf('ada');
    const order = fc.shuffledSubarray(story, { minLength: story.length });
    await fc.assert(
      fc.asyncProperty(order, async (arrived) => {
        const other = await openTestStore();
        try {
          await createLogWriter(other).write(arrived);
          await writeDocumentsOf(other, story);
          expect(await run({ store: other })).toMatchObject({ differences: 0 });
        } finally {
          await other.close();
        }
      }),
      { numRuns: 50 },
    );
  });

  test('agrees when the stream is longer than what is compared at once', async () => {
    await writeHistory(store, ['ada', 'zoe']);
    await createLogWriter(store).write(Array.from({ length: 4_500 }, (_, n) => traitsEvent({ n })));
    expect(await run()).toMatchObject({ events: 4_522, differences: 0 });
  });
});

const causeless = { correlationId: 'root', depth: 0 };

describe('damage', () => {
  const damage = fc.record({
    kind: fc.constantFrom(...KINDS),
    which: fc.nat(),
    how: fc.constantFrom('delete', 'corrupt', 'empty', 'bump', 'estrange', 'orphan'),
  });

  /** Damages a document and returns which one. */
  async function inflict(
    on: Store,
    { kind, which, how }: typeof damage extends fc.Arbitrary<infer D> ? D : never,
  ) {
    const collection = on.collection(plain(kind));
    const docs = await readAll(on, plain(kind));
    const doc = docs[which % Math.max(1, docs.length)];
    if (doc === undefined) return [];
    const put = (state: Record<string, unknown>, id = doc.id) =>
      collection.write([{ doc: { ...doc, id, state }, ifVersion: id === doc.id ? doc.version : null }]);
    switch (how) {
      case 'delete':
        await collection.remove(doc.workspace, doc.id);
        break;
      case 'corrupt':
        await put({ ...doc.state, clock: -1, traits: { plan: 'forged' }, status: 'sent?' });
        break;
      case 'empty':
        await put({});
        break;
      case 'bump':
        await put({ ...doc.state, version: 1_000, seq: 1_000 });
        break;
      case 'estrange':
        await put({ ...doc.state, prospectId: 'nobody', companyId: 'nobody' });
        break;
      case 'orphan': {
        const id = `orphan-${doc.id}`;
        const state = { ...doc.state, prospectId: id, companyId: id, enrollmentId: id, messageId: id };
        await put(state, id);
        return [`${kind} ${id}`];
      }
    }
    return [`${kind} ${doc.id}`];
  }

  test('of any kind is found once a document, repaired byte for byte, and then not found again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 6 }), async (damages) => {
        const damaged = await openTestStore();
        try {
          await writeHistory(damaged, ['ada', 'bob', 'cleo']);
          const before = await contentsOf(damaged);
          const hit = new Set<string>();
          for (const one of damages) for (const name of await inflict(damaged, one)) hit.add(name);
          const after = await contentsOf(damaged);

          const found = await run({ store: damaged, describe: 100 });
          const named = found.described.map(({ collection, id }) => `${collection} ${id}`).sort();
          // A document that was damaged twice may be intact again, or deleted.
          expect(named.every((name) => hit.has(name))).toBe(true);
          expect(found.differences).toBe(named.length);
          expect(found.differences > 0).toBe(before !== after);
          expect(await contentsOf(damaged)).toBe(after);

          expect(await repair({ store: damaged })).toMatchObject({
            differences: found.differences,
            repaired: found.differences,
          });
          expect(await contentsOf(damaged)).toBe(before);
          expect(await run({ store: damaged })).toMatchObject({ differences: 0 });
        } finally {
          await damaged.close();
        }
      }),
      { numRuns: 100 },
    );
  });

  test('of everything is repaired: all documents can be deleted', async () => {
    await writeHistory(store, ['ada', 'bob']);
    const before = await contentsOf(store);
    await removeEverything(store);
    expect(await repair()).toMatchObject({ differences: 7, repaired: 7 });
    expect(await contentsOf(store)).toBe(before);
  });

  test('of prospects and companies leaves documents the same in every byte, version and all', async () => {
    await writeHistory(store, ['ada']);
    const before = [await readAll(store, collections.prospects), await readAll(store, collections.companies)];
    await store.collection(plain('prospects')).remove('acme', 'ada');
    await store.collection(plain('companies')).remove('acme', 'engines');
    await repair();
    expect([
      await readAll(store, collections.prospects),
      await readAll(store, collections.companies),
    ]).toEqual(before);
  });

  test('is described by its place, never by its values', async () => {
    await writeHistory(store, ['ada']);
    const message = await store.collection(collections.messages).get('acme', 'acme-ada-message');
    if (message === undefined) throw new Error('no message');
    const state = { ...message.state, to: 'eve@example.com', attempts: 9 };
    await store
      .collection(collections.messages)
      .write([{ doc: { ...message, state }, ifVersion: message.version }]);
    const report = await run();
    expect(report.described).toEqual([
      {
        collection: 'messages',
        workspace: 'acme',
        id: 'acme-ada-message',
        kind: 'different',
        at: ['state.attempts', 'state.to'],
      },
    ]);
    expect(JSON.stringify(report)).not.toContain('example.com');
  });

  test('of an enrollment under way makes the sweep look at it at once', async () => {
    const story = storyOf('ada').slice(0, 4);
    await createLogWriter(store).write(story);
    await writeDocumentsOf(store, story);
    await store.collection(plain('enrollments')).remove('acme', 'acme-ada-enrollment');
    await repair();
    const [due] = await store
      .collection(collections.enrollments)
      .claim({ dueBy: T0 + 1_000, until: T0 + 2_000, limit: 1 });
    expect(due).toMatchObject({
      id: 'acme-ada-enrollment',
      state: { status: 'active' },
      outbox: [],
      cause: { depth: 1 },
    });
  });

  test('of a message leaves its request, and a version that its next event can follow', async () => {
    await writeHistory(store, ['ada']);
    const messages = store.collection(collections.messages);
    await messages.remove('acme', 'acme-ada-message');
    await repair();
    const doc = await messages.get('acme', 'acme-ada-message');
    expect(doc?.request).toMatchObject({
      event: { id: 'acme-ada-start', type: 'trial.started', data: { email: 'ada@example.com' } },
      enrollment: { campaignId: 'trial', steps: { hello: { messageId: 'acme-ada-message' } } },
    });
    expect(doc?.version).toBeGreaterThan(doc?.state.version ?? 0);
  });

  test('is counted in full and described in part', async () => {
    await writeHistory(store, ['ada', 'bob', 'cleo']);
    for (const id of ['ada', 'bob', 'cleo']) await store.collection(plain('prospects')).remove('acme', id);
    const report = await run({ describe: 2 });
    expect(report.differences).toBe(3);
    expect(report.described).toHaveLength(2);
  });
});
