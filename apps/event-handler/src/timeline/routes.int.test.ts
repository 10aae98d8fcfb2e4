import type { Event, JsonObject } from '@herald/domain';
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
type Item = { eventId: string; kind: string; what: string; why: string } & Record<string, unknown>;
const page = async (query = ''): Promise<{ items: Item[]; nextCursor?: string }> =>
  (await api.call('GET', `/v1/prospects/ada/timeline${query}`)).body as never;

const common: JsonObject = { enrollmentId: 'e1', prospectId: 'ada', campaignId: 'trial', campaignVersion: 2 };

test('events, steps and messages are one list, causes before effects, each with what and why', async () => {
  const entry = { id: 'start', type: 'trial.started', occurredAt: T0, seq: 1, data: {} };
  await write(
    anEvent({ id: 'start', occurredAt: T0 }),
    anEvent({
      id: 'step1',
      type: 'enrollment.entered',
      occurredAt: T0,
      causationId: 'start',
      depth: 1,
      data: { ...common, version: 1, n: 1, entry },
    }),
    anEvent({
      id: 'sent',
      type: 'email.sent',
      occurredAt: T0 + 5,
      data: {
        ...common,
        messageId: 'm1',
        stepId: 'hello',
        template: 'welcome',
        to: 'a@b.c',
        provider: 'smtp',
        version: 1,
      },
    }),
  );
  const { items } = await page();
  expect(items.map(({ kind, what, why }) => [kind, what, why])).toEqual([
    ['event', 'trial.started', 'received from api'],
    ['step', 'entered trial (version 2)', 'because of trial.started'],
    ['message', 'e-mail welcome sent to a@b.c via smtp', 'step hello of trial asked for it'],
  ]);
  expect(items[1]).toMatchObject({ campaignId: 'trial', enrollmentId: 'e1', causationId: 'start' });
  expect(items[2]).toMatchObject({ messageId: 'm1', stepId: 'hello', type: 'email.sent' });
});

test('what arrives late stands where it happened, and pages do not overlap', async () => {
  const at = [5, 3, 9, 1, 1, 7, 2];
  await write(
    ...at.map((n, index) => anEvent({ id: `e${index}`, occurredAt: T0 + n, receivedAt: T0 + 100 })),
  );
  const order = ['e3', 'e4', 'e6', 'e1', 'e0', 'e5', 'e2'];
  expect((await page()).items.map(({ eventId }) => eventId)).toEqual(order);

  const seen: string[] = [];
  let cursor = '';
  do {
    const { items, nextCursor } = await page(`?limit=3${cursor}`);
    seen.push(...items.map(({ eventId }) => eventId));
    cursor = nextCursor === undefined ? '' : `&cursor=${nextCursor}`;
  } while (cursor !== '');
  expect(seen).toEqual(order);
});

test('a history longer than the log is read at once is in order, too', async () => {
  const events = Array.from({ length: 2_500 }, (_, n) => anEvent({ id: `l${n}`, occurredAt: T0 - n }));
  await write(...events);
  const { items } = await page('?limit=2');
  expect(items.map(({ eventId }) => eventId)).toEqual(['l2499', 'l2498']);
});

test.each(['x', 'bnVsbA', 'WyJhIiwxXQ'])('the cursor %s is refused', async (cursor) => {
  await write(anEvent());
  expect(await api.call('GET', `/v1/prospects/ada/timeline?cursor=${cursor}`)).toMatchObject({
    status: 400,
    body: { code: 'invalid_cursor' },
  });
});

test('of an unknown prospect is not found', async () => {
  expect((await api.call('GET', '/v1/prospects/bob/timeline')).status).toBe(404);
});
