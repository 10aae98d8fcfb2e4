import type { Event } from '@herald/domain';
import type { Store } from '@herald/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogWriter } from '../append/writer.ts';
import { openTestApi, type TestApi } from '../testing/api.ts';
import { anEvent, createFakeBroker, openTestStore, T0 } from '../testing/fixtures.ts';

let store: Store;
let api: TestApi;
beforeEach(async () => {
  store = await openTestStore();
  api = await openTestApi(store, createFakeBroker(), { now: () => T0, rate: 1 });
});
afterEach(async () => {
  await api.app.close();
  await store.close();
});

const write = (...events: Event[]) => createLogWriter(store).write(events);
const idsOf = async (query: string, key?: string): Promise<unknown[]> =>
  ((await api.call('GET', `/v1/events${query}`, key)).body.items as { id: string }[]).map(({ id }) => id);

test('the log is listed as received, and filtered by type, prospect, company and time', async () => {
  await write(
    anEvent({ id: 'c', receivedAt: T0 + 30, type: 'order.placed' }),
    anEvent({ id: 'a', receivedAt: T0 + 10 }),
    anEvent({ id: 'b', receivedAt: T0 + 20, stream: 'company/engines', type: 'order.placed' }),
    anEvent({ id: 'x', receivedAt: T0 + 20, workspace: 'other' }),
  );
  expect(await idsOf('')).toEqual(['a', 'b', 'c']);
  expect(await idsOf('?type=order.placed')).toEqual(['b', 'c']);
  expect(await idsOf('?prospectId=ada')).toEqual(['c', 'a']);
  expect(await idsOf('?companyId=engines')).toEqual(['b']);
  expect(await idsOf('?prospectId=ada&type=order.placed')).toEqual(['c']);
  expect(await idsOf(`?since=${new Date(T0 + 20).toISOString()}`)).toEqual(['b', 'c']);
  expect(await idsOf('', 'other')).toEqual(['x']);
  expect(await idsOf('?prospectId=ada', 'other')).toEqual(['x']);
  expect(await idsOf('?companyId=engines', 'other')).toEqual([]);
});

test('integers beyond 2⁵³ are stored, folded and answered with every digit', async () => {
  const long = 820982911946154508n;
  await write(
    anEvent({ id: 'big', type: 'prospect.updated', data: { traits: { customer: long, list: [long + 1n] } } }),
  );
  const asOf = `/v1/prospects/ada?at=${new Date(T0 + 60_000).toISOString()}`;
  const authorization = 'Bearer all';
  for (const url of ['/v1/events', '/v1/events/big', asOf]) {
    const { body } = await api.app.inject({ url, headers: { authorization } });
    expect(body).toContain('"customer":820982911946154508,"list":[820982911946154509]');
  }
});

test('pages follow each other without overlap, and a cursor belongs to its query', async () => {
  await write(...Array.from({ length: 5 }, (_, n) => anEvent({ id: `e${n}`, receivedAt: T0 })));
  const first = (await api.call('GET', '/v1/events?limit=3')).body;
  expect((first.items as unknown[]).length).toBe(3);
  expect(await idsOf(`?limit=3&cursor=${first.nextCursor}`)).toEqual(['e3', 'e4']);
  expect((await api.call('GET', `/v1/events?type=x&cursor=${first.nextCursor}`)).status).toBe(400);
  expect((await api.call('GET', `/v1/events?cursor=${first.nextCursor}`, 'other')).status).toBe(400);
});

test.each(['?since=yesterday', '?prospectId=ada&companyId=engines', '?limit=100000', '?color=red', '?type='])(
  'a query like %s is refused',
  async (query) => {
    expect(await api.call('GET', `/v1/events${query}`)).toMatchObject({
      status: 400,
      body: { errors: [{ path: expect.any(String) }] },
    });
  },
);

test('an event is shown with all that is known; only a single event comes with its raw body', async () => {
  await write(
    anEvent({
      id: 'one',
      occurredAt: T0,
      data: { plan: 'team' },
      raw: '{"p":"team"}',
      source: 'hooks/shop',
      causationId: 'zero',
      correlationId: 'root',
      depth: 1,
    }),
  );
  const shown = {
    id: 'one',
    type: 'trial.started',
    prospectId: 'ada',
    seq: 1,
    occurredAt: '2026-01-05T09:00:00.000Z',
    receivedAt: '2026-01-05T09:00:00.000Z',
    source: 'hooks/shop',
    data: { plan: 'team' },
    correlationId: 'root',
    causationId: 'zero',
    depth: 1,
  };
  expect((await api.call('GET', '/v1/events')).body).toEqual({ items: [shown] });
  expect((await api.call('GET', '/v1/events/one')).body).toEqual({ ...shown, raw: '{"p":"team"}' });
  expect((await api.call('GET', '/v1/events/one', 'other')).status).toBe(404);
  expect((await api.call('GET', '/v1/events/one', 'prospects')).status).toBe(403);
});
