import { collections } from '@herald/contracts';
import { canonicalJson, type Event, type JsonObject } from '@herald/domain';
import type { Store } from '@herald/store';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../replay/replay.ts';
import { anEvent, openTestStore, readAll, readLog, silentLog, T0 } from '../testing/fixtures.ts';
import { createLogWriter } from './writer.ts';

const trait = fc.constantFrom('plan', 'seats', 'email', '__proto__', 'constructor');
const value = fc.oneof(fc.constant(null), fc.integer({ max: 3, min: 0 }), fc.constantFrom('x', 'y'));
const traits = fc
  .array(fc.tuple(trait, value), { maxLength: 3 })
  .map((pairs): JsonObject => Object.fromEntries(pairs));
const channel = fc.constantFrom<JsonObject>({}, { channel: 'email' }, { channel: 'sms', reason: 'asked' });

const fact = fc.oneof(
  fc.record({
    type: fc.constant('prospect.updated'),
    data: traits.map((set): JsonObject => ({ traits: set })),
  }),
  fc.record({
    type: fc.constant('prospect.updated'),
    data: fc.constantFrom<JsonObject>({ companyId: 'engines' }, { companyId: 'looms' }, { companyId: null }),
  }),
  fc.record({ type: fc.constantFrom('prospect.subscribed', 'prospect.unsubscribed'), data: channel }),
  fc.record({
    type: fc.constant('company.updated'),
    data: traits.map((set): JsonObject => ({ traits: set })),
  }),
  fc.record({ type: fc.constantFrom('trial.started', 'order.placed'), data: fc.constant<JsonObject>({}) }),
);
const stream = fc.constantFrom('prospect/ada', 'prospect/bob', 'company/engines', 'campaign/onboarding');
/** Few instants, so that many events tie. */
const instant = fc.integer({ min: T0, max: T0 + 4 });
const event = fc.record({ fact, stream, occurredAt: instant, receivedAt: instant });

const events = fc
  .array(event, { minLength: 1, maxLength: 25 })
  .map((all) =>
    all.map(({ fact: { type, data }, ...rest }, n) =>
      anEvent({ id: `e${n}`, position: n, type, data, ...rest }),
    ),
  );

/** The same events in some order, some of them several times, in some batches. */
const arrival = (all: readonly Event[]) =>
  fc
    .tuple(
      fc.shuffledSubarray([...all], { minLength: all.length }),
      fc.array(fc.tuple(fc.nat(all.length - 1), fc.nat(2 * all.length)), { maxLength: 10 }),
      fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1 }),
    )
    .map(([order, repeats, sizes]) => {
      const sequence = [...order];
      for (const [which, where] of repeats) {
        const repeated = all[which];
        if (repeated !== undefined) sequence.splice(where, 0, repeated);
      }
      const batches: Event[][] = [];
      for (let at = 0, n = 0; at < sequence.length; n += 1) {
        const size = sizes[n % sizes.length] ?? 1;
        batches.push(sequence.slice(at, at + size));
        at += size;
      }
      return batches;
    });

async function statesAfter(
  batches: readonly Event[][],
  check: (store: Store) => Promise<void>,
): Promise<string> {
  const store = await openTestStore();
  try {
    const writer = createLogWriter(store);
    for (const batch of batches) await writer.write(batch);
    await check(store);
    return canonicalJson([
      await readAll(store, collections.prospects),
      await readAll(store, collections.companies),
    ]);
  } finally {
    await store.close();
  }
}

test('any order, duplication and batching of events give the same documents and a log without gaps', async () => {
  const scenario = events.chain((all) => fc.record({ all: fc.constant(all), batches: arrival(all) }));
  await fc.assert(
    fc.asyncProperty(scenario, async ({ all, batches }) => {
      const check = async (store: Store): Promise<void> => {
        const log = await readLog(store);
        expect(log.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
        for (const name of new Set(log.map((stored) => stored.stream))) {
          const seqs = log.filter((stored) => stored.stream === name).map(({ seq }) => seq);
          expect(seqs).toEqual(seqs.map((_, index) => index + 1));
        }
        expect(await replay({ store, log: silentLog, verify: true })).toMatchObject({ differences: 0 });
      };
      expect(await statesAfter(batches, check)).toBe(await statesAfter([[...all]], check));
    }),
    { numRuns: 150 },
  );
});
