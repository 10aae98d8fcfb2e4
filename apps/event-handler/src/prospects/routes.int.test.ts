import type { Event } from '@herald/domain';
import type { Store } from '@herald/store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogWriter } from '../append/writer.ts';
import { openTestApi, type TestApi } from '../testing/api.ts';
import {
  anEvent,
  createFakeBroker,
  type FakeBroker,
  openTestStore,
  readLog,
  T0,
  traitsEvent,
} from '../testing/fixtures.ts';

let store: Store;
let broker: FakeBroker;
let api: TestApi;
let now = T0 + 50_000;
beforeEach(async () => {
  store = await openTestStore();
  broker = createFakeBroker();
  api = await openTestApi(store, broker, { now: () => now, rate: 1 });
});
afterEach(async () => {
  await api.app.close();
  await store.close();
});

const write = (...events: Event[]) => createLogWriter(store).write(events);
const iso = (instant: number) => new Date(instant).toISOString();

describe('a prospect', () => {
  test('is shown as it is now', async () => {
    await write(
      traitsEvent({ plan: 'team', __proto__: 1 }, { occurredAt: T0 + 2 }),
      anEvent({ type: 'prospect.updated', data: { companyId: 'engines' }, occurredAt: T0 + 1 }),
      anEvent({
        type: 'prospect.unsubscribed',
        data: { channel: 'email', reason: 'link' },
        occurredAt: T0 + 3,
      }),
    );
    expect(await api.call('GET', '/v1/prospects/ada')).toEqual({
      status: 200,
      body: {
        id: 'ada',
        traits: { plan: 'team' },
        companyId: 'engines',
        subscriptions: { email: { subscribed: false, at: iso(T0 + 3), reason: 'link' } },
        firstSeenAt: iso(T0 + 1),
        lastSeenAt: iso(T0 + 3),
        version: 3,
      },
    });
  });

  test('is found by any id, also one with slashes and spaces', async () => {
    const id = 'crm/42 ü';
    await write(anEvent({ stream: `prospect/${id}` }));
    expect(await api.call('GET', `/v1/prospects/${encodeURIComponent(id)}`)).toMatchObject({ body: { id } });
    expect((await api.call('GET', `/v1/prospects/${encodeURIComponent(id)}/timeline`)).status).toBe(200);
  });

  test('is unknown to the key of another workspace, and to one without the scope', async () => {
    await write(traitsEvent({ plan: 'team' }));
    for (const path of ['', '/timeline', `?at=${iso(T0 + 10_000)}`]) {
      expect((await api.call('GET', `/v1/prospects/ada${path}`, 'other')).status).toBe(404);
      expect((await api.call('GET', `/v1/prospects/ada${path}`, 'events')).status).toBe(403);
      expect((await api.call('GET', `/v1/prospects/ada${path}`, 'nobody')).status).toBe(401);
    }
    expect((await api.call('GET', '/v1/prospects', 'other')).body).toEqual({ items: [] });
  });

  test('that claims an impossible instant is still shown', async () => {
    await write(anEvent({ occurredAt: Number.MAX_SAFE_INTEGER, receivedAt: T0 }));
    expect((await api.call('GET', '/v1/prospects/ada')).status).toBe(200);
    expect((await api.call('GET', '/v1/prospects/ada/timeline')).status).toBe(200);
    expect((await api.call('GET', '/v1/events')).status).toBe(200);
  });
});

describe('as of a past instant', () => {
  test('shows what had been received by then, whenever it had occurred', async () => {
    await write(
      traitsEvent({ plan: 'free' }, { occurredAt: T0, receivedAt: T0 + 100 }),
      traitsEvent({ plan: 'team' }, { occurredAt: T0 + 5, receivedAt: T0 + 300 }),
      traitsEvent({ seats: 1 }, { occurredAt: T0 + 1, receivedAt: T0 + 200 }),
    );
    const at = async (instant: number) =>
      (await api.call('GET', `/v1/prospects/ada?at=${iso(instant)}`)).body;
    expect(await at(T0 + 99)).toMatchObject({ status: 404, code: 'prospect_unknown' });
    expect(await at(T0 + 100)).toMatchObject({ traits: { plan: 'free' } });
    expect(await at(T0 + 250)).toMatchObject({ traits: { plan: 'free', seats: 1 } });
    expect(await at(T0 + 300)).toMatchObject({ traits: { plan: 'team', seats: 1 } });
  });

  test('does not change by what arrives later', async () => {
    const then = `/v1/prospects/ada?at=${iso(T0 + 100)}`;
    await write(traitsEvent({ plan: 'free' }, { occurredAt: T0, receivedAt: T0 + 100 }));
    const before = await api.call('GET', then);
    await write(traitsEvent({ plan: 'old' }, { occurredAt: T0 + 50, receivedAt: T0 + 900 }));
    expect(await api.call('GET', then)).toEqual(before);
  });

  test('takes a time zone, and nothing that is no date', async () => {
    await write(traitsEvent({ plan: 'free' }, { occurredAt: T0 }));
    const local = encodeURIComponent('2026-01-05T11:00:00+02:00');
    expect((await api.call('GET', `/v1/prospects/ada?at=${local}`)).status).toBe(200);
    for (const bad of ['yesterday', '1', '2026-13-45T00:00:00Z', '']) {
      expect((await api.call('GET', `/v1/prospects/ada?at=${bad}`)).status).toBe(400);
    }
  });
});

test('prospects are listed last seen first, page by page', async () => {
  for (const n of [1, 2, 3, 4, 5]) await write(anEvent({ stream: `prospect/p${n}`, occurredAt: T0 + n }));
  const ids: unknown[] = [];
  let cursor = '';
  do {
    const { body } = await api.call('GET', `/v1/prospects?limit=2${cursor}`);
    ids.push(...(body.items as { id: string }[]).map(({ id }) => id));
    cursor = body.nextCursor === undefined ? '' : `&cursor=${body.nextCursor}`;
  } while (cursor !== '');
  expect(ids).toEqual(['p5', 'p4', 'p3', 'p2', 'p1']);
  expect(await api.call('GET', '/v1/prospects?cursor=forged')).toMatchObject({ status: 400 });
  expect(await api.call('GET', '/v1/prospects?limit=0')).toMatchObject({ status: 400 });
  expect(await api.call('GET', '/v1/prospects?workspace=other')).toMatchObject({ status: 400 });
});

describe('erasure', () => {
  const eventsOf = (from: FakeBroker): Event[] =>
    from.published.flatMap(({ body }) => (body as { events: Event[] }).events);

  test('is accepted once it is certain to happen, and then happens', async () => {
    await write(traitsEvent({ email: 'ada@example.com' }));
    const { status, body } = await api.call('DELETE', '/v1/prospects/ada');
    expect(status).toBe(202);
    expect(broker.published).toMatchObject([{ exchange: 'events', key: 'prospect.erased' }]);
    expect(eventsOf(broker)).toMatchObject([
      { id: body.eventId, stream: 'prospect/ada', occurredAt: now, data: {} },
    ]);
    await write(...eventsOf(broker));
    expect((await api.call('GET', '/v1/prospects/ada')).body).toMatchObject({
      traits: {},
      erasedAt: iso(now),
    });
    expect(JSON.stringify(await readLog(store))).not.toContain('ada@example.com');
  });

  test('requested again before it happens is the same event; a later one erases what came since', async () => {
    await write(anEvent());
    const first = await api.call('DELETE', '/v1/prospects/ada');
    now += 5;
    expect(await api.call('DELETE', '/v1/prospects/ada')).toEqual(first);
    await write(...eventsOf(broker), traitsEvent({ plan: 'x' }, { occurredAt: now + 1 }));
    now += 10;
    broker.published.length = 0;
    const second = await api.call('DELETE', '/v1/prospects/ada');
    expect(second.body.eventId).not.toBe(first.body.eventId);
    await write(...eventsOf(broker));
    expect((await api.call('GET', '/v1/prospects/ada')).body).toMatchObject({
      traits: {},
      erasedAt: iso(now),
    });
  });

  test('needs its own scope, and a prospect of the key’s workspace', async () => {
    await write(anEvent());
    expect((await api.call('DELETE', '/v1/prospects/ada', 'prospects')).status).toBe(403);
    expect((await api.call('DELETE', '/v1/prospects/ada', 'other')).status).toBe(404);
    expect((await api.call('DELETE', '/v1/prospects/bob')).status).toBe(404);
    expect(broker.published).toEqual([]);
  });

  test('that the broker does not confirm is not accepted', async () => {
    await write(anEvent());
    const down = createFakeBroker({ publish: () => Promise.reject(new Error('not confirmed')) });
    const closed = await openTestApi(store, down, { now: () => now, rate: 1 });
    const { status } = await closed.call('DELETE', '/v1/prospects/ada');
    expect(status).toBe(503);
    await closed.app.close();
  });
});

test('a company is shown, to its workspace only', async () => {
  await write(
    anEvent({
      stream: 'company/engines',
      type: 'company.updated',
      data: { traits: { size: 9 } },
      occurredAt: T0,
    }),
  );
  expect(await api.call('GET', '/v1/companies/engines')).toEqual({
    status: 200,
    body: { id: 'engines', traits: { size: 9 }, firstSeenAt: iso(T0), lastSeenAt: iso(T0), version: 1 },
  });
  expect(await api.call('GET', '/v1/companies/engines', 'other')).toMatchObject({
    status: 404,
    body: { code: 'company_unknown' },
  });
});
