import { collections } from '@herald/contracts';
import type { Store } from '@herald/store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore, readLog, traitsEvent, withFaults } from '../testing/fixtures.ts';
import { createLogWriter } from './writer.ts';

let store: Store;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

const prospect = async (id = 'ada') => (await store.collection(collections.prospects).get('acme', id))?.state;

describe('a crash', () => {
  test('between the append and the projection is repaired by the redelivery', async () => {
    let failOnce = true;
    const failing = withFaults(store, {
      collection: (_name, real) => ({
        write: async (writes) => {
          if (failOnce) {
            failOnce = false;
            throw new Error('killed');
          }
          return real.write(writes);
        },
      }),
    });
    const events = [traitsEvent({ plan: 'a' }), traitsEvent({ seats: 2 })];
    await expect(createLogWriter(failing).write(events)).rejects.toThrow('killed');
    expect(await readLog(store)).toHaveLength(2);
    expect(await prospect()).toBeUndefined();

    const again = await createLogWriter(store).write(events);
    expect(again.appended).toBe(0);
    expect(await readLog(store)).toHaveLength(2);
    expect(await prospect()).toMatchObject({ traits: { plan: 'a', seats: 2 }, seq: 2 });
  });

  test('during an append leaves a prefix of each stream, which the redelivery completes', async () => {
    const events = Array.from({ length: 6 }, (_, n) => traitsEvent({ n }, { stream: `prospect/p${n % 2}` }));
    const halfway = withFaults(store, {
      log: {
        append: async (all) => {
          await store.log.append(all.slice(0, 4));
          throw new Error('killed');
        },
      },
    });
    await expect(createLogWriter(halfway).write(events)).rejects.toThrow('killed');
    expect((await createLogWriter(store).write(events)).appended).toBe(2);
    for (const id of ['p0', 'p1']) {
      const seqs = (await readLog(store))
        .filter(({ stream }) => stream === `prospect/${id}`)
        .map(({ seq }) => seq);
      expect(seqs).toEqual([1, 2, 3]);
      expect((await prospect(id))?.seq).toBe(3);
    }
  });
});
