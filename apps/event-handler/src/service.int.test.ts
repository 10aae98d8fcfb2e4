import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collections, eventsMessages, queue } from '@herald/contracts';
import type { Store } from '@herald/store';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { anEvent, readLog, traitsEvent, withFaults } from './testing/fixtures.ts';
import { openTestProcess, type TestProcess } from './testing/process.ts';

let dir: string;
const open: TestProcess[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'herald-handler-'));
});
afterEach(async () => {
  for (const one of open.splice(0)) {
    await one.service.stop();
    await one.close();
  }
  await rm(dir, { recursive: true });
});

const start = async (change?: (store: Store) => Store): Promise<TestProcess> => {
  const one = await openTestProcess(dir, change);
  open.push(one);
  await one.service.start();
  return one;
};

const drained = ({ broker }: TestProcess) =>
  vi.waitFor(
    async () => {
      const { ready, inFlight, delayed } = await broker.depth(queue.eventHandlerEvents);
      expect(ready + inFlight + delayed).toBe(0);
    },
    { interval: 20 },
  );

test('what is published to `events` is in the log, folded, and published to `applied`', async () => {
  const handler = await start();
  await handler.broker.publish(eventsMessages([traitsEvent({ plan: 'a' }), anEvent()]));
  await drained(handler);
  expect(await readLog(handler.store)).toHaveLength(2);
  const doc = await handler.store.collection(collections.prospects).get('acme', 'ada');
  expect(doc).toMatchObject({ version: 2, state: { traits: { plan: 'a' } } });
  expect(await handler.broker.depth(queue.campaignRunnerApplied)).toMatchObject({ ready: 2 });
});

test('a delivery that breaks its contract becomes a dead letter, and the next is taken', async () => {
  const { broker, store } = await start();
  const bad = { exchange: 'events', key: 'x', id: 'bad', body: { events: [{ id: 'no more than that' }] } };
  await broker.publish([bad, ...eventsMessages([anEvent()])]);
  await vi.waitFor(async () => expect(await readLog(store)).toHaveLength(1));
  await vi.waitFor(async () => {
    const { items } = await broker.deadLetters(queue.eventHandlerEvents, { limit: 10 });
    expect(items).toMatchObject([{ id: 'bad', reason: expect.stringContaining('events') }]);
  });
});

test('a stop in the middle of a batch waits for it, and the rest is there at the next start', async () => {
  let release = (): void => {};
  const begun = Promise.withResolvers<void>();
  const slow = (store: Store): Store =>
    withFaults(store, {
      log: {
        append: async (events) => {
          begun.resolve();
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          return store.log.append(events);
        },
      },
    });
  const first = await start(slow);
  const events = Array.from({ length: 700 }, (_, n) => anEvent({ stream: `prospect/p${n % 5}` }));
  await first.broker.publish(events.flatMap((event) => eventsMessages([event])));
  await begun.promise;
  const stopped = first.service.stop();
  release();
  await stopped;
  const handled = (await readLog(first.store)).length;
  expect(handled).toBeGreaterThan(0);
  expect(handled).toBeLessThan(700);
  expect(await first.broker.depth(queue.eventHandlerEvents)).toEqual({
    ready: 700 - handled,
    inFlight: 0,
    delayed: 0,
    dead: 0,
  });
  await expect(first.service.checks.consuming?.()).rejects.toThrow();
  open.splice(0);
  await first.close();

  const second = await start();
  await drained(second);
  expect(await readLog(second.store)).toHaveLength(700);
  expect(await second.broker.depth(queue.campaignRunnerApplied)).toMatchObject({ ready: 700 });
});

test('a projection that fails once is repaired by the redelivery', async () => {
  let failed = false;
  const handler = await start((store) =>
    withFaults(store, {
      collection: (_name, real) => ({
        write: async (writes) => {
          if (!failed) {
            failed = true;
            throw new Error('killed between append and projection');
          }
          return real.write(writes);
        },
      }),
    }),
  );
  await handler.broker.publish(eventsMessages([traitsEvent({ plan: 'a' })]));
  await drained(handler);
  expect(failed).toBe(true);
  expect(await readLog(handler.store)).toHaveLength(1);
  const doc = await handler.store.collection(collections.prospects).get('acme', 'ada');
  expect(doc).toMatchObject({ version: 1, state: { traits: { plan: 'a' } } });
  expect(await handler.broker.depth(queue.campaignRunnerApplied)).toMatchObject({ ready: 1 });
});

test('a store that is down for a while uses up no attempt: nothing becomes a dead letter', async () => {
  let down = 12;
  const failing = () => {
    down -= 1;
    if (down >= 0) throw new Error('unreachable');
  };
  const handler = await start((store) => ({
    ...withFaults(store, {
      log: {
        append: async (events) => {
          failing();
          return store.log.append(events);
        },
      },
    }),
    ping: async () => failing(),
  }));
  await handler.broker.publish(eventsMessages([anEvent()]));
  await drained(handler);
  expect(await readLog(handler.store)).toHaveLength(1);
  expect(await handler.broker.depth(queue.eventHandlerEvents)).toMatchObject({ dead: 0 });
});
