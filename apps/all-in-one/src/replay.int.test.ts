import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { collections, eventsMessages, topology } from '@herald/contracts';
import { evolveProspect, initialProspect, type StoredEvent } from '@herald/domain';
import type { Store } from '@herald/store';
import { openSqliteStore } from '@herald/store/sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'herald-replay-'));
});
afterEach(() => rm(dir, { recursive: true }));

const script = new URL('replay.ts', import.meta.url).pathname;

const run = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, ...args],
      { env: { ...process.env, DATA_DIR: dir } },
      (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });

const event: StoredEvent = {
  workspace: 'acme',
  id: 'e1',
  stream: 'prospect/ada',
  seq: 1,
  type: 'prospect.updated',
  occurredAt: 1_000,
  receivedAt: 1_000,
  source: 'api',
  data: { traits: { email: 'ada@example.com' } },
  schema: 1,
  correlationId: 'e1',
  depth: 0,
};

async function inStore(act: (store: Store) => Promise<void>): Promise<void> {
  const store = openSqliteStore({ file: join(dir, 'store.db'), collections: Object.values(collections) });
  await store.migrate();
  await act(store);
  await store.close();
}

const writeAda = (store: Store, email = 'ada@example.com') => {
  const state = evolveProspect(initialProspect('ada'), event);
  const doc = { workspace: 'acme', id: 'ada', version: 1, state: { ...state, traits: { email } } };
  return store.collection(collections.prospects).write([{ doc, ifVersion: null }]);
};

test('a directory that agrees with its log exits with 0', async () => {
  await inStore(async (store) => {
    await store.log.append([event]);
    await writeAda(store);
  });
  expect(await run('--verify')).toEqual({
    code: 0,
    out: '1 events in 1 streams: no differences.\n',
    err: '',
  });
});

test('a difference makes --verify exit with 1, change nothing, and name the place but not the value', async () => {
  await inStore(async (store) => {
    await store.log.append([event]);
    await writeAda(store, 'eve@example.com');
  });
  for (const _time of [1, 2]) {
    const { code, out, err } = await run('--verify');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toContain('1 differences');
    expect(out).toContain('different: prospects acme/ada at state.traits.email');
    expect(out).not.toContain('example.com');
  }
  expect(await run()).toMatchObject({ code: 0, out: expect.stringContaining('1 of them repaired') });
  expect(await run('--verify')).toMatchObject({ code: 0 });
});

test('events that still wait in the broker are not lost by looking, and are reported', async () => {
  await inStore(async () => {});
  const file = join(dir, 'broker.db');
  const open = () => openEmbeddedBroker({ file, topology, clock: { now: () => 5_000, rate: 1 } });
  const { seq: _seq, ...accepted } = event;
  const broker = await open();
  await broker.publish(eventsMessages([accepted]));
  await broker.close();

  expect((await run('--verify')).out).toContain('still waiting to be written to the log: 1.');
  const again = await open();
  expect((await again.depth('event-handler.events')).ready).toBe(1);
  await again.close();
});

test('a store that another process has open is refused in plain words', async () => {
  await inStore(async () => {
    const { code, out, err } = await run('--verify');
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('it is in use, and only one process may have it open');
  });
});

test('a directory without a store is refused, and none is made there', async () => {
  expect(await run('--verify')).toMatchObject({ code: 1, err: expect.stringContaining('store.db') });
  expect(await run('--verify')).toMatchObject({ code: 1 });
});

test('an unknown argument is refused', async () => {
  expect(await run('--verfy')).toMatchObject({ code: 1 });
});
