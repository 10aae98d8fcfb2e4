import type { Broker } from '@herald/broker';
import type { Event } from '@herald/domain';
import { createMetrics } from '@herald/metrics';
import type { OutageReport } from '@herald/process';
import type { Store } from '@herald/store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventHandlerMetrics } from '../metrics.ts';
import {
  anEvent,
  createFakeBroker,
  type FakeBroker,
  openTestStore,
  readLog,
  silentLog,
  withFaults,
} from '../testing/fixtures.ts';
import { consumeEvents } from './consumer.ts';
import { createLogWriter } from './writer.ts';

let store: Store;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

const start = async (given: { store?: Store; broker?: Partial<Broker>; outages?: OutageReport[] } = {}) => {
  const broker = createFakeBroker(given.broker);
  const outages = [...(given.outages ?? [])];
  const metrics = createMetrics({ version: 'test' }).declare(eventHandlerMetrics);
  await consumeEvents({
    writer: createLogWriter(given.store ?? store),
    broker,
    outage: { wait: async () => outages.shift() ?? 'none', abandon: () => {} },
    log: silentLog,
    metrics,
  });
  return { broker, metrics };
};

const applied = (broker: FakeBroker) =>
  broker.published.map(({ exchange, key, id }) => `${exchange} ${key} ${id}`);
const kinds = (verdicts: readonly { kind: string }[]) => verdicts.map(({ kind }) => kind);

test('publishes each event as stored, by its type, once it is durable', async () => {
  const event = anEvent({ traceparent: '00-1-2-01' });
  const inLogWhenTold: number[] = [];
  const { broker } = await start({
    broker: {
      publish: async (messages) => {
        inLogWhenTold.push((await readLog(store)).length);
        expect(messages).toMatchObject([
          { exchange: 'applied', key: 'trial.started', traceparent: '00-1-2-01' },
        ]);
        expect(messages[0]?.body).toEqual({ ...event, seq: 1 });
      },
    },
  });
  expect(await broker.deliver([event])).toEqual([{ kind: 'ack' }]);
  expect(inLogWhenTold).toEqual([1]);
});

test('publishes a duplicate again, as it was stored, and counts it', async () => {
  const event = anEvent({ id: 'one' });
  const { broker, metrics } = await start();
  await broker.deliver([event]);
  expect(kinds(await broker.deliver([event, event], [{ ...event, type: 'forged' }]))).toEqual(['ack', 'ack']);
  expect(applied(broker)).toEqual(['applied trial.started one', 'applied trial.started one']);
  expect((await metrics.eventsDuplicate.get()).values[0]?.value).toBe(3);
});

test('does not publish the events of enrollments', async () => {
  const { broker } = await start();
  const events = ['enrollment.entered', 'email.sent', 'prospect.erased'].map((type) =>
    anEvent({ type, id: type }),
  );
  await broker.deliver(events);
  expect(applied(broker)).toEqual([
    'applied email.sent email.sent',
    'applied prospect.erased prospect.erased',
  ]);
  expect(await readLog(store)).toHaveLength(3);
});

test.each([
  ['no object', 'nonsense'],
  ['no events', { events: [] }],
  ['an event without a stream', { events: [{ ...anEvent(), stream: undefined }] }],
  ['a stream of no known kind', { events: [{ ...anEvent(), stream: 'planet/mars' }] }],
  ['a shape from the future', { events: [{ ...anEvent(), schema: 99 }] }],
])('drops a delivery with %s, says where, and takes the others', async (_what, body) => {
  const { broker } = await start();
  const [bad, good] = await broker.deliverBodies(body, {
    events: [anEvent({ data: { secret: 'ada@example.com' } })],
  });
  expect(bad).toMatchObject({ kind: 'drop', reason: expect.stringMatching(/^events/) });
  expect(JSON.stringify(bad)).not.toContain('ada@example.com');
  expect(good).toEqual({ kind: 'ack' });
});

test('a delivery of many events is acknowledged when all of them are stored', async () => {
  const { broker } = await start();
  const events = Array.from({ length: 250 }, (_, n) => anEvent({ stream: `prospect/p${n % 9}` }));
  expect(kinds(await broker.deliver(events))).toEqual(['ack', 'ack', 'ack']);
  expect(await readLog(store)).toHaveLength(250);
  expect(broker.published).toHaveLength(250);
});

describe('when something fails', () => {
  const withPoison = (): Store =>
    withFaults(store, {
      log: {
        append: async (events) => {
          if (events.some(({ type }) => type === 'poison'))
            throw new Error('disk says no to ada@example.com');
          return store.log.append(events);
        },
      },
    });

  test('a delivery that cannot be stored does not fail the others', async () => {
    const { broker } = await start({ store: withPoison() });
    const messages = Array.from({ length: 9 }, (_, n) => [anEvent({ type: n === 4 ? 'poison' : 'fine' })]);
    const verdicts = await broker.deliver(...messages);
    expect(kinds(verdicts)).toEqual(['ack', 'ack', 'ack', 'ack', 'retry', 'ack', 'ack', 'ack', 'ack']);
    expect(JSON.stringify(verdicts)).not.toContain('ada@example.com');
    expect(await readLog(store)).toHaveLength(8);
  });

  test('an outage is waited out with the deliveries in hand: they use up no attempt', async () => {
    let down = 2;
    const flaky = withFaults(store, {
      log: {
        append: async (events) => {
          down -= 1;
          if (down >= 0) throw new Error('unreachable');
          return store.log.append(events);
        },
      },
    });
    const { broker } = await start({ store: flaky, outages: ['over', 'over'] });
    expect(kinds(await broker.deliver([anEvent()], [anEvent()]))).toEqual(['ack', 'ack']);
  });

  test('an outage that does not end returns all deliveries', async () => {
    const { broker } = await start({ store: withPoison(), outages: ['lasting'] });
    expect(kinds(await broker.deliver([anEvent({ type: 'poison' })], [anEvent()]))).toEqual([
      'retry',
      'retry',
    ]);
  });

  test('an event that was stored but not published is published when it comes again', async () => {
    let failing = true;
    const published: string[] = [];
    const { broker } = await start({
      broker: {
        publish: async (messages) => {
          if (failing) throw new Error('not confirmed');
          published.push(...messages.map(({ id }) => id));
        },
      },
    });
    const event: Event = anEvent({ id: 'one' });
    expect(kinds(await broker.deliver([event]))).toEqual(['retry']);
    failing = false;
    expect(kinds(await broker.deliver([event]))).toEqual(['ack']);
    expect(published).toEqual(['one']);
    expect(await readLog(store)).toHaveLength(1);
  });
});
