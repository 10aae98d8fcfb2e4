import { join } from 'node:path';
import { drop, type Topology } from '@herald/broker';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../clock.ts';
import { logLines } from '../testing/log-lines.ts';
import { scratch } from '../testing/scratch.ts';
import { as, testHttp } from '../testing/test-http.ts';
import { deadLettersRoutes } from './dead-letters.routes.ts';

const topology: Topology = {
  exchanges: [{ name: 'x', type: 'topic' }],
  queues: ['one', 'two', 'hidden'].map((name) => ({
    name,
    bindings: [{ exchange: 'x', key: name }],
    retry: { attempts: 1, backoff: [] },
  })),
};

/** A broker whose queues hold a dead letter for each message published, and the routes over two of them. */
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
  const { app } = await testHttp();
  deadLettersRoutes(app, { broker, queues: ['one', 'two'], log: logLines().log });
  const list = async (token: string, query = '') =>
    (await app.inject({ url: `/v1/dead-letters?${query}`, headers: as(token) })).json();
  const replay = async (token: string, payload: object) =>
    (
      await app.inject({ method: 'POST', url: '/v1/dead-letters/replay', payload, headers: as(token) })
    ).json();
  return { broker, app, list, replay };
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

  it('takes those named, save the ones that are not one’s own', async () => {
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
