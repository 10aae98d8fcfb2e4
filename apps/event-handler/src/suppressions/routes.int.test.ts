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
  api = await openTestApi(store, createFakeBroker(), { now: () => T0 + 50_000, rate: 1 });
});
afterEach(async () => {
  await api.app.close();
  await store.close();
});

const suppressed = (prospectId: string, data: object, given: Partial<Event> = {}): Event =>
  anEvent({
    stream: `prospect/${prospectId}`,
    type: 'prospect.suppressed',
    data: { channel: 'email', reason: 'hard_bounce', ...data },
    occurredAt: T0,
    ...given,
  });
const list = async (query: string) => {
  const { status, body } = await api.call('GET', `/v1/suppressions?${query}`);
  return status === 200 ? body.items : status;
};

test('lists the suppressed addresses of a channel, with their prospect and reason', async () => {
  await createLogWriter(store).write([
    suppressed('bob', { address: 'Bob@b.example' }),
    suppressed('ada', { address: 'ada@a.example' }),
    suppressed('cyd', { address: '+14155550101', channel: 'sms' }),
    suppressed('dan', { address: 'dan@d.example' }),
    suppressed('dan', {}, { type: 'prospect.unsuppressed', occurredAt: T0 + 1 }),
    suppressed('eve', {}),
    suppressed('fay', { address: 'fay@f.example' }, { workspace: 'globex' }),
    anEvent({ stream: 'prospect/gus' }),
  ]);
  const at = new Date(T0).toISOString();
  const [channel, reason] = ['email', 'hard_bounce'];
  expect(await list('channel=email')).toEqual([
    { address: 'ada@a.example', channel, prospectId: 'ada', at, reason },
    { address: 'bob@b.example', channel, prospectId: 'bob', at, reason },
  ]);
  expect(await list('channel=email&address=BOB@b.example')).toMatchObject([{ prospectId: 'bob' }]);
  expect(await list('channel=email&address=dan@d.example')).toEqual([]);
  expect(await list('channel=sms')).toMatchObject([{ address: '+14155550101', prospectId: 'cyd' }]);
});

test('goes page by page, and asks for the channel', async () => {
  await createLogWriter(store).write(
    ['a', 'b', 'c'].map((id) => suppressed(id, { address: `${id}@x.example` })),
  );
  const first = await api.call('GET', '/v1/suppressions?channel=email&limit=2');
  expect(first.body.items).toHaveLength(2);
  expect(
    await list(`channel=email&limit=2&cursor=${encodeURIComponent(String(first.body.nextCursor))}`),
  ).toMatchObject([{ prospectId: 'c' }]);
  expect(await list('')).toBe(400);
});
