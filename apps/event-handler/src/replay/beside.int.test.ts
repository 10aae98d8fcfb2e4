import { collections } from '@herald/contracts';
import { type Event, redactEnrollment, redactMessage } from '@herald/domain';
import type { Store } from '@herald/store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogWriter } from '../append/writer.ts';
import { contentsOf, plain, removeEverything } from '../testing/documents.ts';
import {
  anEvent,
  openTestStore,
  readAll,
  silentLog,
  T0,
  traitsEvent,
  withFaults,
} from '../testing/fixtures.ts';
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

describe('what is on its way to the log', () => {
  /** The document knows one event more than the log. */
  const ahead = async (): Promise<void> => {
    const story = storyOf('ada');
    await createLogWriter(store).write(story.slice(0, -1));
    await writeDocumentsOf(store, story);
  };

  test('is no difference while events are still travelling', async () => {
    await ahead();
    expect(await repair({ settled: false })).toMatchObject({ differences: 0 });
    await createLogWriter(store).write(storyOf('ada').slice(-1));
    expect(await run()).toMatchObject({ differences: 0 });
  });

  test('is no difference while it stands in the document’s outbox', async () => {
    await ahead();
    const messages = store.collection(collections.messages);
    const doc = await messages.get('acme', 'acme-ada-message');
    if (doc === undefined) throw new Error('no message');
    const outbox = [{ exchange: 'events', key: 'email.delivered', id: 'x', body: {} }];
    await messages.write([{ doc: { ...doc, outbox }, ifVersion: doc.version }]);
    expect(await repair()).toMatchObject({ differences: 0 });
  });

  test('is a difference when nothing travels any more', async () => {
    await ahead();
    expect(await run()).toMatchObject({ differences: 1 });
  });

  test('is no orphan while its first event is still travelling', async () => {
    await createLogWriter(store).write(storyOf('ada').slice(0, 2));
    await writeDocumentsOf(store, storyOf('ada'));
    expect(await repair({ settled: false })).toMatchObject({ differences: 0 });
    expect(await run()).toMatchObject({ differences: 2 });
  });
});

describe('beside a running handler', () => {
  /** Runs `meanwhile` once, between reading the log and reading the documents. */
  const disturbed = (meanwhile: () => Promise<unknown>): Store => {
    let pending: (() => Promise<unknown>) | undefined = meanwhile;
    return withFaults(store, {
      collection: (_name, real) => ({
        getMany: async (keys) => {
          const first = pending;
          pending = undefined;
          await first?.();
          return real.getMany(keys);
        },
      }),
    });
  };

  test('a document that moved on since its stream was folded is no difference', async () => {
    await writeHistory(store, ['ada']);
    const moving = disturbed(() => createLogWriter(store).write([traitsEvent({ plan: 'new' })]));
    expect(await repair({ store: moving })).toMatchObject({ differences: 0 });
    expect((await store.collection(collections.prospects).get('acme', 'ada'))?.state.traits).toEqual({
      plan: 'new',
    });
  });

  test('a document that appears in the meantime is no orphan', async () => {
    await writeHistory(store, ['ada']);
    const moving = disturbed(() => createLogWriter(store).write([anEvent({ stream: 'prospect/aaa' })]));
    expect(await repair({ store: moving })).toMatchObject({ differences: 0 });
    expect(await store.collection(collections.prospects).get('acme', 'aaa')).toBeDefined();
  });

  test('a repair never overwrites what was written since it looked', async () => {
    await writeHistory(store, ['ada']);
    await store.collection(plain('prospects')).remove('acme', 'ada');
    let raced = false;
    const racing = withFaults(store, {
      collection: (_name, real) => ({
        write: async (writes) => {
          if (!raced) {
            raced = true;
            await createLogWriter(store).write([
              traitsEvent({ plan: 'newest' }, { occurredAt: T0 + 1_000_000 }),
            ]);
          }
          return real.write(writes);
        },
      }),
    });
    expect(await repair({ store: racing })).toMatchObject({ differences: 0 });
    const doc = await store.collection(collections.prospects).get('acme', 'ada');
    expect(doc).toMatchObject({ version: 11, state: { traits: { plan: 'newest' } } });
    expect(await run()).toMatchObject({ differences: 0 });
  });
});

describe('an erased prospect', () => {
  const erased: Event = anEvent({ type: 'prospect.erased', occurredAt: T0 + 1_000, receivedAt: T0 + 1_000 });

  const eraseDocuments = async (): Promise<void> => {
    const [enrollments, messages] = [
      store.collection(collections.enrollments),
      store.collection(collections.messages),
    ];
    for (const doc of await readAll(store, collections.enrollments)) {
      await enrollments.write([
        { doc: { ...doc, state: redactEnrollment(doc.state) }, ifVersion: doc.version },
      ]);
    }
    for (const doc of await readAll(store, collections.messages)) {
      await messages.write([{ doc: { ...doc, state: redactMessage(doc.state) }, ifVersion: doc.version }]);
    }
  };

  test('agrees with the log, and can be rebuilt from it without the person in it', async () => {
    await writeHistory(store, ['ada']);
    await createLogWriter(store).write([erased]);
    expect(await run()).toMatchObject({ differences: 2 });
    await eraseDocuments();
    expect(await run()).toMatchObject({ differences: 0 });

    const before = await contentsOf(store);
    await removeEverything(store);
    await repair();
    expect(await contentsOf(store)).toBe(before);
    expect(before).not.toContain('ada@example.com');
  });

  test('agrees also when part of the story reaches the log only after the erasure', async () => {
    const story = storyOf('ada');
    await writeHistory(store, []);
    await createLogWriter(store).write([...story.slice(0, 5), erased, ...story.slice(5)]);
    await writeDocumentsOf(store, story);
    await eraseDocuments();
    expect(await run()).toMatchObject({ differences: 0 });
  });

  test('agrees also when its enrollment went on a moment longer: later events are redacted too', async () => {
    const story = storyOf('ada').slice(0, 7);
    await createLogWriter(store).write([
      ...story.slice(0, 4),
      { ...erased, occurredAt: T0 + 2, receivedAt: T0 + 2 },
    ]);
    await createLogWriter(store).write(story.slice(4));
    await writeDocumentsOf(store, story);
    await eraseDocuments();
    expect(await run()).toMatchObject({ differences: 0 });
  });
});
