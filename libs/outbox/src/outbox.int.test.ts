import type { OutMessage } from '@herald/broker';
import type { OutboxDocument } from '@herald/contracts';
import type { Collection, CollectionSpec } from '@herald/store';
import { openSqliteStore } from '@herald/store/sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { createOutbox, type Outbox } from './outbox.ts';
import { createSweep } from './sweep.ts';

interface Note extends OutboxDocument {
  readonly text: string;
}

const spec: CollectionSpec<Note> = { name: 'notes', indexes: {} };
const message = (id: string): OutMessage => ({ exchange: 'events', key: 'note', id, body: {} });
const note = (version: number, outbox: OutMessage[] = [message(`m${version}`)]): Note => ({
  workspace: 'acme',
  id: 'n',
  version,
  text: `version ${version}`,
  outbox,
});

/** A real store, a clock set by hand, and a broker that keeps what it gets, or fails. */
async function setStage() {
  const store = openSqliteStore({ file: ':memory:', collections: [spec] });
  await store.migrate();
  onTestFinished(() => store.close());
  const collection: Collection<Note> = store.collection(spec);
  const published: string[] = [];
  let now = 1_000_000;
  let broken = false;
  const clock = { now: () => now, rate: 1 };
  const broker = {
    async publish(messages: readonly OutMessage[]) {
      if (broken) throw new Error('the broker does not confirm');
      published.push(...messages.map(({ id }) => id));
    },
  };
  return {
    noun: 'note',
    collection,
    clock,
    broker,
    published,
    breaks: () => {
      broken = true;
    },
    mends: () => {
      broken = false;
    },
    passes(ms: number) {
      now += ms;
    },
    stored: () => collection.get('acme', 'n'),
  };
}

test('what is committed is published once and cleared, and the document says when it is next swept', async () => {
  const stage = await setStage();
  const outbox = createOutbox({ ...stage, nextSweepAt: () => 5 });
  expect(await outbox.commit(note(1), null)).toMatchObject({ version: 1, outbox: [] });
  expect(stage.published).toEqual(['m1']);
  expect(await stage.stored()).toMatchObject({ outbox: [], sweepAt: 5 });
});

test('nothing is published when another was faster', async () => {
  const stage = await setStage();
  const outbox = createOutbox({ ...stage, nextSweepAt: () => null });
  await outbox.commit(note(1), null);
  expect(await outbox.commit(note(1), null)).toBeUndefined();
  expect(await outbox.commit(note(3), 2)).toBeUndefined();
  expect(stage.published).toEqual(['m1']);
});

test('a change that comes second is made of what is there then, and is given up after five times', async () => {
  const stage = await setStage();
  const outbox = createOutbox<Note>({ ...stage, nextSweepAt: () => null });
  const found = await outbox.commit(note(1), null);
  if (found === undefined) return expect.unreachable();
  let overtaken = 1;
  const seen: number[] = [];
  const attempt = async (doc: Note) => {
    seen.push(doc.version);
    if (overtaken > 0) await outbox.commit(note(doc.version + 1), doc.version);
    overtaken -= 1;
    return outbox.commit(note(doc.version + 1), doc.version);
  };
  expect(await outbox.change(found, attempt)).toMatchObject({ version: 3, outbox: [] });
  expect(seen).toEqual([1, 2]);
  overtaken = Number.POSITIVE_INFINITY;
  await expect(outbox.change(note(3, []), attempt)).rejects.toThrow('note n kept changing');
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('what could not be published stays, and the next touch publishes it', async () => {
  const stage = await setStage();
  const outbox = createOutbox({ ...stage, nextSweepAt: () => null });
  stage.breaks();
  await expect(outbox.commit(note(1), null)).rejects.toThrow('does not confirm');
  expect((await stage.stored())?.outbox).toHaveLength(1);
  await expect(outbox.load('acme', 'n')).rejects.toThrow('does not confirm');
  stage.mends();
  expect(await outbox.load('acme', 'n')).toMatchObject({ version: 1, outbox: [] });
  expect(stage.published).toEqual(['m1']);
});

test('what a crash left unpublished is published by the sweep, after those who may be at it have had their time', async () => {
  const stage = await setStage();
  const outbox = createOutbox({ ...stage, nextSweepAt: () => null });
  stage.breaks();
  await expect(outbox.commit(note(1), null)).rejects.toThrow();
  stage.mends();
  const sweep = createSweep({
    ...stage,
    handle: async (doc) => void (await outbox.flush(doc)),
    onError: (error) => expect.unreachable(String(error)),
    ...{ every: 60_000, lease: 1_000, batch: 10 },
  });
  await sweep.run();
  expect(stage.published).toEqual([]);
  stage.passes(10_000);
  await sweep.run();
  expect(stage.published).toEqual(['m1']);
  await sweep.run();
  expect(stage.published).toEqual(['m1']);
});

test('work that is not finished after the publish is done again, publish and all', async () => {
  const stage = await setStage();
  let crashes = true;
  const finish = async () => {
    if (crashes) throw new Error('killed here');
    return undefined;
  };
  const outbox = createOutbox({ ...stage, nextSweepAt: () => null, finish });
  await expect(outbox.commit(note(1), null)).rejects.toThrow('killed here');
  expect((await stage.stored())?.outbox).toHaveLength(1);
  crashes = false;
  await outbox.load('acme', 'n');
  expect(stage.published).toEqual(['m1', 'm1']);
  expect((await stage.stored())?.outbox).toEqual([]);
});

test('a document that moved on while it was finished is given as it stands then', async () => {
  const stage = await setStage();
  const outbox: Outbox<Note> = createOutbox<Note>({
    ...stage,
    nextSweepAt: () => null,
    finish: async (doc): Promise<Note | undefined> =>
      doc.version === 1 ? outbox.commit(note(2), 1) : undefined,
  });
  expect(await outbox.commit(note(1), null)).toMatchObject({ version: 2, outbox: [] });
  expect(stage.published).toEqual(['m1', 'm2']);
});

test('a sweep gives each document to one of many sweepers, and again to any of them when its lease is over', async () => {
  const stage = await setStage();
  await stage.collection.write(
    Array.from({ length: 50 }, (_, i) => ({
      doc: { ...note(1, []), id: `n${i}`, sweepAt: i },
      ifVersion: null,
    })),
  );
  const seen: string[] = [];
  const sweeps = Array.from({ length: 3 }, () =>
    createSweep({
      ...stage,
      handle: async (doc) => void seen.push(doc.id),
      onError: (error) => expect.unreachable(String(error)),
      ...{ every: 60_000, lease: 1_000, batch: 7 },
    }),
  );
  await Promise.all(sweeps.map((sweep) => sweep.run()));
  expect(seen).toHaveLength(50);
  expect(new Set(seen).size).toBe(50);
  stage.passes(1_001);
  await Promise.all(sweeps.map((sweep) => sweep.run()));
  expect(seen).toHaveLength(100);
});

test('one document that fails does not keep the sweep from the others', async () => {
  const stage = await setStage();
  await stage.collection.write(
    ['bad', 'good'].map((id) => ({ doc: { ...note(1, []), id, sweepAt: 1 }, ifVersion: null })),
  );
  const seen: string[] = [];
  const failed: string[] = [];
  const sweep = createSweep({
    ...stage,
    async handle(doc) {
      if (doc.id === 'bad') throw new Error('no');
      seen.push(doc.id);
    },
    onError: (_error, doc) => void failed.push(doc?.id ?? '?'),
    ...{ every: 60_000, lease: 1_000, batch: 10 },
  });
  await sweep.run();
  expect({ seen, failed }).toEqual({ seen: ['good'], failed: ['bad'] });
});
