import { collections } from '@herald/contracts';
import { evolveProspect, initialProspect, type StoredEvent } from '@herald/domain';
import type { AppendResult, Store } from '@herald/store';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  anEvent,
  openTestStore,
  readAll,
  readLog,
  T0,
  traitsEvent,
  withFaults,
} from '../testing/fixtures.ts';
import { createLogWriter, eventKey } from './writer.ts';

let store: Store;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

const prospect = async (id = 'ada') => (await store.collection(collections.prospects).get('acme', id))?.state;

describe('what is written', () => {
  test('events get the seqs of their stream in order of arrival, and their documents follow', async () => {
    const other = anEvent({
      stream: 'company/engines',
      type: 'company.updated',
      data: { traits: { size: 9 } },
    });
    await createLogWriter(store).write([traitsEvent({ plan: 'a' }), other, traitsEvent({ plan: 'b' })]);
    await createLogWriter(store).write([traitsEvent({ seats: 3 })]);

    const log = await readLog(store);
    expect(log.map(({ stream, seq }) => `${stream} ${seq}`)).toEqual([
      'company/engines 1',
      'prospect/ada 1',
      'prospect/ada 2',
      'prospect/ada 3',
    ]);
    expect(await prospect()).toMatchObject({ traits: { plan: 'b', seats: 3 }, seq: 3 });
    expect(await readAll(store, collections.companies)).toMatchObject([
      { version: 1, state: { traits: { size: 9 } } },
    ]);
  });

  test('a campaign’s stream continues, also for a writer that has not seen it before', async () => {
    const launched = () => anEvent({ stream: 'campaign/onboarding', type: 'campaign.launched' });
    const writer = createLogWriter(store);
    await writer.write([launched(), launched()]);
    await writer.write([launched()]);
    await createLogWriter(store).write([launched()]);
    expect((await readLog(store)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  test('without conflicts any number of streams take one append, one read and one write of each kind', async () => {
    const calls = { append: 0, byIds: 0, getMany: 0, write: 0, readStream: 0 };
    const counting = withFaults(store, {
      log: {
        append: (events) => {
          calls.append += 1;
          return store.log.append(events);
        },
        byIds: (keys) => {
          calls.byIds += 1;
          return store.log.byIds(keys);
        },
        readStream: (query) => {
          calls.readStream += 1;
          return store.log.readStream(query);
        },
      },
      collection: (_name, real) => ({
        getMany: (keys) => {
          calls.getMany += 1;
          return real.getMany(keys);
        },
        write: (writes) => {
          calls.write += 1;
          return real.write(writes);
        },
      }),
    });
    await createLogWriter(counting).write(
      Array.from({ length: 200 }, (_, n) => anEvent({ stream: `prospect/p${n % 50}` })),
    );
    expect(calls).toEqual({ append: 1, byIds: 1, getMany: 1, write: 1, readStream: 0 });
  });
});

describe('duplicates', () => {
  test('the same id in one batch, and in a later one, is one event', async () => {
    const event = traitsEvent({ plan: 'a' });
    const writer = createLogWriter(store);
    expect((await writer.write([event, event])).appended).toBe(1);
    const again = await writer.write([{ ...event, data: { traits: { plan: 'forged' } } }, event]);
    expect(again.appended).toBe(0);
    expect(again.stored.get(eventKey(event))).toMatchObject({ seq: 1, data: { traits: { plan: 'a' } } });
    expect(await readLog(store)).toHaveLength(1);
  });

  test('the same id in another workspace is another event', async () => {
    const event = anEvent();
    const { appended } = await createLogWriter(store).write([event, { ...event, workspace: 'other' }]);
    expect(appended).toBe(2);
  });

  test('an id that another stream has is a duplicate of that event', async () => {
    const event = anEvent();
    const writer = createLogWriter(store);
    await writer.write([event]);
    const { stored } = await writer.write([{ ...event, stream: 'prospect/bob' }]);
    expect(stored.get(eventKey(event))?.stream).toBe('prospect/ada');
    expect(await prospect('bob')).toBeUndefined();
  });
});

describe('two writers', () => {
  /** A store that runs `meanwhile` once, after its writer has read. */
  const raced = (meanwhile: () => Promise<unknown>): Store => {
    let run: (() => Promise<unknown>) | undefined = meanwhile;
    return withFaults(store, {
      log: {
        append: async (events) => {
          const first = run;
          run = undefined;
          await first?.();
          return store.log.append(events);
        },
      },
    });
  };

  test('the one that loses a seq folds what the other wrote and goes on after it', async () => {
    const theirs = traitsEvent({ plan: 'theirs' }, { occurredAt: T0 + 10 });
    const mine = traitsEvent({ seats: 1 }, { occurredAt: T0 + 20 });
    const bobs = anEvent({ stream: 'prospect/bob' });
    const writer = createLogWriter(raced(() => createLogWriter(store).write([theirs])));
    const { appended, stored } = await writer.write([mine, bobs]);

    expect(appended).toBe(2);
    // The other writer publishes its own.
    expect([...stored.values()].map(({ id }) => id).sort()).toEqual([mine.id, bobs.id].sort());

    expect((await readLog(store)).map(({ id, seq }) => [id, seq])).toEqual([
      [theirs.id, 1],
      [mine.id, 2],
      [bobs.id, 1],
    ]);
    expect(await prospect()).toMatchObject({ traits: { plan: 'theirs', seats: 1 }, seq: 2 });
  });

  test('an event that the other wrote meanwhile is dropped from the batch, the rest goes on', async () => {
    const shared = traitsEvent({ plan: 'a' });
    const own = traitsEvent({ seats: 2 });
    const writer = createLogWriter(raced(() => createLogWriter(store).write([shared])));
    const { appended, stored } = await writer.write([shared, own]);
    expect(appended).toBe(1);
    expect([...stored.values()].map(({ seq }) => seq).sort()).toEqual([1, 2]);
    expect(await prospect()).toMatchObject({ traits: { plan: 'a', seats: 2 }, seq: 2 });
  });

  test('an event that the other wrote to another stream meanwhile is dropped too', async () => {
    const event = anEvent();
    const theirs = { ...event, stream: 'prospect/bob' };
    const writer = createLogWriter(raced(() => createLogWriter(store).write([theirs])));
    const { stored } = await writer.write([event, anEvent()]);
    expect(stored.get(eventKey(event))?.stream).toBe('prospect/bob');
    expect((await prospect())?.seq).toBe(1);
  });

  test('a stream that is lost again and again is left for a retry and does not fail the others', async () => {
    const cursed = anEvent({ stream: 'prospect/cursed' });
    const fine = [anEvent({ stream: 'prospect/a' }), anEvent({ stream: 'prospect/z' })];
    const append = vi.fn(async (events: readonly StoredEvent[]): Promise<AppendResult> => {
      const hit = events.findIndex((event) => event.stream === 'prospect/cursed');
      const before = events.slice(0, hit < 0 ? undefined : hit);
      const result = await store.log.append(before);
      return hit < 0 ? result : { ...result, conflict: 'seq' };
    });
    const [first, last] = fine;
    const result = await createLogWriter(withFaults(store, { log: { append } })).write(
      [first, cursed, last].filter((event) => event !== undefined),
    );
    expect([...result.stored.values()].map(({ stream }) => stream).sort()).toEqual([
      'prospect/a',
      'prospect/z',
    ]);
    expect(await prospect('a')).toBeDefined();
    expect(await prospect('z')).toBeDefined();
    expect(append.mock.calls.length).toBeLessThan(10);
  });

  test('one whose document was written past it meanwhile leaves it: no document goes back', async () => {
    let raceOnce = true;
    const late = withFaults(store, {
      collection: (_name, real) => ({
        write: async (writes) => {
          if (raceOnce) {
            raceOnce = false;
            await createLogWriter(store).write([traitsEvent({ seats: 5 })]);
          }
          return real.write(writes);
        },
      }),
    });
    await createLogWriter(late).write([traitsEvent({ plan: 'a' })]);
    expect(await prospect()).toMatchObject({ traits: { plan: 'a', seats: 5 }, seq: 2 });
  });

  test('one that finds its document between its own versions folds the rest from the log', async () => {
    let raceOnce = true;
    const [one, two] = [traitsEvent({ plan: 'a' }), traitsEvent({ seats: 5 })];
    const late = withFaults(store, {
      collection: (_name, real) => ({
        write: async (writes) => {
          if (raceOnce) {
            raceOnce = false;
            // Another writer projects the first event only, as if it had read the log a moment earlier.
            const [write] = writes;
            const state = evolveProspect(initialProspect('ada'), { ...one, seq: 1 });
            if (write !== undefined)
              await real.write([{ ...write, doc: { ...write.doc, version: 1, state } as never }]);
          }
          return real.write(writes);
        },
      }),
    });
    await createLogWriter(late).write([one, two]);
    expect(await prospect()).toMatchObject({ traits: { plan: 'a', seats: 5 }, seq: 2 });
  });

  test('many on the same streams at once lose nothing, double nothing and leave no gap', async () => {
    // Turns of the event loop between reading and appending let the writers interleave.
    const slow = withFaults(store, {
      log: {
        append: async (events) => {
          await new Promise(setImmediate);
          return store.log.append(events);
        },
      },
    });
    const events = Array.from({ length: 120 }, (_, n) =>
      traitsEvent({ [`t${n % 7}`]: n }, { stream: `prospect/p${n % 3}`, occurredAt: T0 + n }),
    );
    const writers = Array.from({ length: 4 }, () => createLogWriter(slow));
    let open = events;
    while (open.length > 0) {
      const results = await Promise.all(writers.map((writer) => writer.write(open)));
      open = open.filter((event) => !results.some(({ stored }) => stored.has(eventKey(event))));
    }
    const log = await readLog(store);
    expect(log).toHaveLength(120);
    for (const id of ['p0', 'p1', 'p2']) {
      const stream = log.filter((event) => event.stream === `prospect/${id}`);
      expect(stream.map(({ seq }) => seq)).toEqual(stream.map((_, index) => index + 1));
      expect((await prospect(id))?.seq).toBe(40);
    }
  });
});
