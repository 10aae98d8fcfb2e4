import { join } from 'node:path';
import { drop, type Topology } from '@herald/broker';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { systemClock } from '@herald/clock';
import { collections } from '@herald/contracts';
import { scratch } from '@herald/harness/scratch';
import { as, testHttp } from '@herald/http/testing';
import { logLines } from '@herald/log/testing';
import { openSqliteStore } from '@herald/store/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deadLettersRoutes } from './dead-letters.routes.ts';
import { createDiscard } from './discards.ts';

const topology: Topology = {
  exchanges: [{ name: 'x', type: 'topic' }],
  queues: ['one', 'two', 'hidden'].map((name) => ({
    name,
    bindings: [{ exchange: 'x', key: name }],
    retry: { attempts: 1, backoff: [] },
  })),
};

/** A broker whose queues hold a dead letter for each envelope published, and the routes over two of them. */
async function withLetters(...messages: [queue: string, id: string, body: unknown][]) {
  const broker = await openEmbeddedBroker({
    file: join(scratch(), 'broker.db'),
    topology,
    clock: systemClock,
  });
  onTestFinished(() => broker.close());
  await broker.publish(messages.map(([key, id, body]) => ({ exchange: 'x', key, id, body })));
  for (const { name } of topology.queues) {
    const wanted = messages.filter(([queue]) => queue === name).length;
    const consumer = await broker.consume(name, { prefetch: 1 }, async () =>
      drop('550 no mailbox bob@mail.example'),
    );
    await expect.poll(async () => (await broker.depth(name)).dead).toBe(wanted);
    await consumer.stop();
  }
  const { app, metrics } = await testHttp();
  const store = openSqliteStore({ file: join(scratch(), 'store.db'), collections: [collections.discards] });
  await store.migrate();
  onTestFinished(() => store.close());
  const deps = { broker, store, metrics, clock: systemClock, queues: ['one', 'two'], log: logLines().log };
  deadLettersRoutes(app, deps);
  const list = async (token: string, query = '') =>
    (await app.inject({ url: `/v1/dead-letters?${query}`, headers: as(token) })).json();
  const replay = async (token: string, payload: object) =>
    (
      await app.inject({ method: 'POST', url: '/v1/dead-letters/replay', payload, headers: as(token) })
    ).json();
  const discard = async (token: string, payload: object) =>
    (
      await app.inject({ method: 'POST', url: '/v1/dead-letters/discard', payload, headers: as(token) })
    ).json();
  const discarded = async (token: string) =>
    (await app.inject({ url: '/v1/dead-letters/discarded', headers: as(token) })).json().items;
  return { broker, store, metrics, app, list, replay, discard, discarded };
}

const acme = { workspace: 'acme', n: 1 };
const other = { events: [{ workspace: 'other' }] };

describe('GET /v1/dead-letters', () => {
  it("shows a workspace's own letters of the process's queues, with why and when", async () => {
    const { list } = await withLetters(
      ['one', 'a1', acme],
      ['one', 'o1', other],
      ['two', 'a2', acme],
      ['hidden', 'a3', acme],
    );
    const { items, nextCursor } = await list('acme');
    expect(nextCursor).toBeUndefined();
    expect(items.map(({ id }: { id: string }) => id)).toEqual(['a1', 'a2']);
    expect(items[0]).toEqual({
      ...{
        queue: 'one',
        token: expect.any(String),
        id: 'a1',
        key: 'one',
        reason: '550 no mailbox [address]',
        attempts: 1,
      },
      ...{
        publishedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        diedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        body: acme,
      },
    });
    expect((await list('other')).items.map(({ id }: { id: string }) => id)).toEqual(['o1']);
    expect((await list('acme', 'queue=two')).items.map(({ id }: { id: string }) => id)).toEqual(['a2']);
  });

  it('goes on by cursor', async () => {
    const { list } = await withLetters(['one', 'a1', acme], ['one', 'a2', acme], ['two', 'a3', acme]);
    const first = await list('acme', 'limit=2');
    const second = await list('acme', `limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['a1', 'a2', 'a3']);
    expect(second.nextCursor).toBeUndefined();
  });

  it('knows no queue of another process', async () => {
    const { list } = await withLetters();
    expect(await list('acme', 'queue=hidden')).toMatchObject({
      status: 400,
      errors: [{ path: '/queue', message: 'must be "one" or "two"' }],
    });
    expect(await list('reader')).toMatchObject({
      status: 403,
      detail: 'The API key lacks the scope dead-letters:read.',
    });
  });
});

describe('POST /v1/dead-letters/replay', () => {
  it("puts a workspace's own letters back, and nobody else's", async () => {
    const { broker, list, replay } = await withLetters(
      ['one', 'a1', acme],
      ['one', 'o1', other],
      ['two', 'a2', acme],
    );
    expect(await replay('acme', {})).toEqual({ replayed: 2 });
    expect(await broker.depth('one')).toMatchObject({ ready: 1, dead: 1 });
    expect(await broker.depth('two')).toMatchObject({ ready: 1, dead: 0 });
    expect((await list('other')).items).toHaveLength(1);
    expect(await replay('acme', {})).toEqual({ replayed: 0 });
  });

  it("takes those named, except other workspaces'", async () => {
    const { broker, list, replay } = await withLetters(
      ['one', 'a1', acme],
      ['one', 'a2', acme],
      ['one', 'o1', other],
    );
    const token = async (key: string, id: string): Promise<string> =>
      (await list(key)).items.find((item: { id: string }) => item.id === id).token;
    const tokens = [await token('acme', 'a2'), await token('other', 'o1'), 'made-up'];
    expect(await replay('acme', { queue: 'one', tokens })).toEqual({ replayed: 1 });
    expect(await broker.depth('one')).toMatchObject({ ready: 1, dead: 2 });
    expect((await list('acme')).items.map(({ id }: { id: string }) => id)).toEqual(['a1']);
  });

  it('takes the oldest up to a limit, and goes on by cursor', async () => {
    const { list, replay } = await withLetters(['one', 'a1', acme], ['one', 'a2', acme], ['one', 'a3', acme]);
    const first = await replay('acme', { limit: 2 });
    expect(first).toEqual({ replayed: 2, nextCursor: expect.any(String) });
    expect((await list('acme')).items.map(({ id }: { id: string }) => id)).toEqual(['a3']);
    expect(await replay('acme', { cursor: first.nextCursor })).toEqual({ replayed: 1 });
  });
});

describe('POST /v1/dead-letters/discard', () => {
  const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id);
  const reason = 'malformed, reported';

  it('discards those named for good, and keeps who did it and why', async () => {
    const { broker, metrics, list, discard, discarded } = await withLetters(
      ['one', 'a1', acme],
      ['one', 'a2', acme],
      ['one', 'o1', other],
    );
    const { items } = await list('acme');
    const theirs = (await list('other')).items[0].token;
    expect(await discard('acme', { reason, tokens: [items[0].token, theirs] })).toEqual({ discarded: 1 });
    expect(idsOf((await list('acme')).items)).toEqual(['a2']);
    expect(await broker.depth('one')).toMatchObject({ ready: 0, dead: 2 });
    expect(await discarded('acme')).toEqual([
      {
        discardedAt: expect.any(String),
        by: 'acme-key',
        reason,
        queue: 'one',
        token: items[0].token,
        id: 'a1',
        key: 'one',
        deathReason: '550 no mailbox [address]',
        attempts: 1,
        publishedAt: expect.any(String),
        diedAt: expect.any(String),
      },
    ]);
    expect(await discarded('other')).toEqual([]);
    expect(await metrics.registry.metrics()).toContain('herald_dead_letters_discarded_total{queue="one"} 1');
  });

  it('discards all with one reason, of one queue or of all', async () => {
    const letters: [string, string, unknown][] = [
      ['one', 'a1', acme],
      ['two', 'a2', acme],
      ['two', 'o1', other],
    ];
    const { list, discard } = await withLetters(...letters);
    expect(await discard('acme', { reason, matching: { reason: 'timeout' } })).toEqual({ discarded: 0 });
    expect(idsOf((await list('acme', 'reason=no%20mailbox&key=two')).items)).toEqual(['a2']);
    const matching = { reason: 'no mailbox' };
    expect(await discard('acme', { reason, queue: 'two', matching })).toEqual({ discarded: 1 });
    expect(await discard('acme', { reason, all: true })).toEqual({ discarded: 1 });
    expect((await list('acme')).items).toEqual([]);
    expect(idsOf((await list('other')).items)).toEqual(['o1']);
  });

  it('goes on by cursor', async () => {
    const { list, discard } = await withLetters(
      ['one', 'a1', acme],
      ['one', 'a2', acme],
      ['one', 'a3', acme],
    );
    const first = await discard('acme', { reason, all: true, limit: 2 });
    expect(first).toEqual({ discarded: 2, nextCursor: expect.any(String) });
    expect(idsOf((await list('acme')).items)).toEqual(['a3']);
    expect(await discard('acme', { reason, all: true, cursor: first.nextCursor })).toEqual({ discarded: 1 });
  });

  it.each([
    [{ tokens: ['x'] }, 'reason'],
    [{ reason }, ''],
    [{ reason, matching: {} }, ''],
    [{ reason, all: true, tokens: ['x'] }, ''],
    [{ reason: '', all: true }, 'reason'],
  ])('discards nothing for %j', async (body, path) => {
    const { list, discard } = await withLetters(['one', 'a1', acme]);
    const answer = await discard('acme', body);
    expect(answer).toMatchObject({ status: 400, errors: [{ path: path === '' ? '' : `/${path}` }] });
    expect((await list('acme')).items).toHaveLength(1);
  });

  it('shows and discards letters that belong to no single workspace only for a key of the installation', async () => {
    const mixed = { events: [{ workspace: 'acme' }, { workspace: 'other' }] };
    const { list, discard, discarded } = await withLetters(['one', 'a1', acme], ['one', 'm1', mixed]);
    expect(await list('acme', 'unowned=true')).toMatchObject({ status: 403, code: 'missing_scope' });
    expect(await discard('acme', { reason, all: true, unowned: true })).toMatchObject({ status: 403 });
    expect(idsOf((await list('operator', 'unowned=true')).items)).toEqual(['m1']);
    expect(await discard('operator', { reason, all: true, unowned: true })).toEqual({ discarded: 1 });
    expect(idsOf((await list('operator')).items)).toEqual(['a1']);
    expect(idsOf(await discarded('operator'))).toEqual(['m1']);
  });

  it('leaves a letter where it is when it cannot be recorded, and completes the discard when asked again after a crash', async () => {
    const { broker, store, list, discard, discarded } = await withLetters(['one', 'a1', acme]);
    const write = { collection: () => ({ write: async () => Promise.reject(new Error('disk')) }) };
    const { items } = await broker.deadLetters('one', { limit: 1 });
    const by = { keyId: 'k', workspace: 'acme', scopes: [] };
    const metrics = { deadLettersDiscarded: { inc: () => {} } };
    const failing = createDiscard({ broker, store: write, metrics, clock: systemClock } as never);
    await expect(failing(items, by, reason)).rejects.toThrow('disk');
    expect((await list('acme')).items).toHaveLength(1);

    const dying = { discardDeadLetters: async () => Promise.reject(new Error('killed')) };
    const cutOff = createDiscard({ broker: dying, store, metrics, clock: systemClock } as never);
    await expect(cutOff(items, by, reason)).rejects.toThrow('killed');
    expect((await list('acme')).items).toHaveLength(1);
    expect(await discard('acme', { reason, all: true })).toEqual({ discarded: 1 });
    expect(await discarded('acme')).toHaveLength(1);
  });

  it('keeps no record of a letter that was replayed meanwhile', async () => {
    const { broker, store, discarded } = await withLetters(['one', 'a1', acme]);
    const { items } = await broker.deadLetters('one', { limit: 1 });
    await broker.replayDeadLetters('one', { limit: 1 });
    const metrics = { deadLettersDiscarded: { inc: () => {} } };
    const discard = createDiscard({ broker, store, metrics, clock: systemClock } as never);
    expect(await discard(items, { keyId: 'k', workspace: 'acme', scopes: [] }, reason)).toBe(0);
    expect(await discarded('acme')).toEqual([]);
  });
});
