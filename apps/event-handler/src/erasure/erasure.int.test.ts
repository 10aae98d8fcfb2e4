import { collections } from '@herald/contracts';
import { EVENT_SCHEMA, type Event } from '@herald/domain';
import type { Store } from '@herald/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogWriter } from '../append/writer.ts';
import {
  anEvent,
  openTestStore,
  readAll,
  readLog,
  T0,
  traitsEvent,
  withFaults,
} from '../testing/fixtures.ts';

let store: Store;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

const ERASED = T0 + 1_000_000;
const erased = (given: Partial<Event> = {}): Event =>
  anEvent({ id: 'erasure', type: 'prospect.erased', occurredAt: ERASED, receivedAt: ERASED, ...given });
const personal = (given: Partial<Event> = {}): Event =>
  traitsEvent({ email: 'ada@example.com' }, { raw: '{"mail":"ada@example.com"}', ...given });

const everything = async (): Promise<string> =>
  JSON.stringify([await readLog(store), await readAll(store, collections.prospects)]);
const ada = async () => (await store.collection(collections.prospects).get('acme', 'ada'))?.state;

const clicked = (given: Partial<Event> = {}): Event =>
  anEvent({
    type: 'email.sent',
    data: {
      messageId: 'm1',
      version: 1,
      to: 'ada@example.com',
      requestedAt: T0,
      attempts: 1,
      provider: 'smtp',
    },
    ...given,
  });
const entered = (given: Partial<Event> = {}): Event =>
  anEvent({
    type: 'enrollment.entered',
    data: {
      enrollmentId: 'e1',
      prospectId: 'ada',
      campaignId: 'onboarding',
      campaignVersion: 2,
      version: 1,
      n: 1,
      entry: { id: 'x', type: 'trial.started', occurredAt: T0, seq: 1, data: { email: 'ada@example.com' } },
    },
    ...given,
  });

test('takes personal data from the log and the document and leaves a tombstone', async () => {
  await createLogWriter(store).write([
    personal(),
    anEvent({ data: { note: 'ada@example.com' } }),
    clicked(),
    entered(),
  ]);
  expect(await everything()).toContain('ada@example.com');
  await createLogWriter(store).write([erased()]);

  expect(await everything()).not.toContain('ada@example.com');
  expect(await ada()).toEqual({
    prospectId: 'ada',
    traits: {},
    subscriptions: {},
    stamps: {},
    firstSeenAt: ERASED,
    lastSeenAt: ERASED,
    erasedAt: ERASED,
    seq: 5,
  });
  const [first, , sent, enrollment] = await readLog(store);
  expect(first).toMatchObject({ seq: 1, type: 'prospect.updated', data: {} });
  expect(sent?.data).toMatchObject({ messageId: 'm1', version: 1, provider: 'smtp' });
  expect(enrollment?.data).toMatchObject({ enrollmentId: 'e1', entry: { id: 'x', data: {} } });
});

test('leaves other people, companies and workspaces as they are', async () => {
  const others = [
    personal({ stream: 'prospect/ada2' }),
    personal({ workspace: 'other' }),
    personal({ stream: 'company/ada', type: 'company.updated' }),
  ];
  await createLogWriter(store).write([...others, personal()]);
  await createLogWriter(store).write([erased()]);
  const kept = (await readLog(store)).filter(({ raw }) => raw !== undefined);
  expect(kept.map(({ id }) => id).sort()).toEqual(others.map(({ id }) => id).sort());
});

test.each([
  ['in the same batch', true],
  ['in a later batch', false],
])('what occurred before and arrives after, %s, is kept without its data', async (_when, together) => {
  const late = [
    personal({ id: 'late', occurredAt: ERASED - 5, receivedAt: ERASED + 60_000 }),
    personal({ id: 'postdated', occurredAt: ERASED + 5_000_000, receivedAt: ERASED - 5 }),
    clicked({ id: 'late-outcome', occurredAt: ERASED + 10, receivedAt: ERASED + 10 }),
  ];
  const writer = createLogWriter(store);
  if (together) await writer.write([personal(), erased(), ...late]);
  else {
    await writer.write([personal(), erased()]);
    const { stored } = await writer.write(late);
    expect(JSON.stringify([...stored.values()])).not.toContain('ada@example.com');
  }
  expect(await readLog(store)).toHaveLength(5);
  expect(await everything()).not.toContain('ada@example.com');
});

test('a late decision about one channel does not become one about all', async () => {
  const unsubscribed = anEvent({
    type: 'prospect.unsubscribed',
    occurredAt: ERASED - 5,
    data: { channel: 'sms', reason: 'ada@example.com said so' },
  });
  await createLogWriter(store).write([personal(), erased(), unsubscribed]);
  expect(Object.keys((await ada())?.subscriptions ?? {})).toEqual(['sms']);
  expect(await everything()).not.toContain('ada@example.com');
});

test('what a returning person says afterwards is kept', async () => {
  await createLogWriter(store).write([personal(), erased()]);
  await createLogWriter(store).write([traitsEvent({ plan: 'new' }, { occurredAt: ERASED + 1 })]);
  expect(await ada()).toMatchObject({ traits: { plan: 'new' }, erasedAt: ERASED, seq: 3 });
});

test('the same person can be erased again', async () => {
  await createLogWriter(store).write([personal(), erased(), personal({ occurredAt: ERASED + 1 })]);
  expect(await everything()).toContain('ada@example.com');
  await createLogWriter(store).write([
    erased({ id: 'again', occurredAt: ERASED + 9, receivedAt: ERASED + 9 }),
  ]);
  expect(await everything()).not.toContain('ada@example.com');
  expect(await ada()).toMatchObject({ erasedAt: ERASED + 9, seq: 4 });
});

test.each([
  ['before the log is redacted', 'rewrite'],
  ['before the document is written', 'write'],
] as const)('cut off %s, it is completed by the redelivery', async (_when, where) => {
  await createLogWriter(store).write([personal()]);
  const killed = () => Promise.reject(new Error('killed'));
  const failing = withFaults(store, {
    log: where === 'rewrite' ? { rewrite: killed } : {},
    collection: () => (where === 'write' ? { write: killed } : {}),
  });
  await expect(createLogWriter(failing).write([erased()])).rejects.toThrow('killed');
  expect((await ada())?.seq).toBe(1);
  await createLogWriter(store).write([erased()]);
  expect(await everything()).not.toContain('ada@example.com');
  expect((await ada())?.erasedAt).toBe(ERASED);
});

test('cut off before the log is redacted, it is completed by the next event of the stream', async () => {
  await createLogWriter(store).write([personal()]);
  const failing = withFaults(store, { log: { rewrite: () => Promise.reject(new Error('killed')) } });
  await expect(createLogWriter(failing).write([erased()])).rejects.toThrow('killed');
  await createLogWriter(store).write([anEvent({ occurredAt: ERASED + 1 })]);
  expect(await everything()).not.toContain('ada@example.com');
});

test('the redelivery completes it even if the document says that it was done', async () => {
  await createLogWriter(store).write([personal()]);
  const forgetful = withFaults(store, { log: { rewrite: async () => {} } });
  await createLogWriter(forgetful).write([erased()]);
  expect(await everything()).toContain('ada@example.com');
  await createLogWriter(store).write([erased()]);
  expect(await everything()).not.toContain('ada@example.com');
});

test('a history longer than one page is erased to its beginning', async () => {
  const long = Array.from({ length: 2_300 }, () => personal());
  await createLogWriter(store).write(long);
  await createLogWriter(store).write([erased()]);
  expect(await everything()).not.toContain('ada@example.com');
  expect((await readLog(store)).every(({ schema }) => schema === EVENT_SCHEMA)).toBe(true);
});

test('takes link and key from reports, also from later ones, and keeps what consent was about', async () => {
  const report = (given: Partial<Event> = {}): Event =>
    anEvent({
      type: 'message.reported',
      data: {
        messageId: 'm1',
        outcome: 'clicked',
        provider: 'sendgrid',
        url: 'https://shop.example/ada@example.com',
        key: '1',
        reason: 'to ada@example.com',
      },
      ...given,
    });
  const suppressed = anEvent({
    type: 'prospect.suppressed',
    data: { channel: 'email', address: 'ada@example.com', reason: 'hard_bounce' },
  });
  const inbound = anEvent({
    type: 'sms.received',
    data: { from: '+14155550101', text: 'I am ada@example.com' },
  });
  const later = { occurredAt: ERASED + 9, receivedAt: ERASED + 9 };
  const topic = anEvent({
    type: 'prospect.unsubscribed',
    data: { channel: 'email', topic: 'news' },
    occurredAt: T0,
  });
  await createLogWriter(store).write([personal(), report(), suppressed, inbound]);
  await createLogWriter(store).write([erased()]);
  await createLogWriter(store).write([report(later), topic]);
  expect(await everything()).not.toMatch(/ada@example|shop\.example|4155550101/);
  const kept = (await readLog(store)).map(({ type, data }) => [type, data]);
  const ofReport = { messageId: 'm1', outcome: 'clicked', provider: 'sendgrid', reason: 'to (address)' };
  expect(kept.filter(([type]) => type === 'message.reported')).toEqual([
    ['message.reported', ofReport],
    ['message.reported', ofReport],
  ]);
  expect(kept).toContainEqual(['prospect.suppressed', { channel: 'email' }]);
  expect(kept).toContainEqual(['prospect.unsubscribed', { channel: 'email', topic: 'news' }]);
  expect(await ada()).toMatchObject({ subscriptions: { 'email:news': { subscribed: false } } });
  expect(await ada()).not.toHaveProperty('suppressions');
});
