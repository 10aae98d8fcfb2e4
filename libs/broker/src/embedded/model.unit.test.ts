import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import type { Consumer } from '../broker.ts';
import { ack, drop, retry, type Verdict } from '../verdict.ts';
import { openTrial, toQueue } from './testing/trial.ts';
import { type Answer, createWitness } from './testing/witness.ts';

const ATTEMPTS = 4;

const anyAnswer: fc.Arbitrary<Answer> = fc.record({
  verdict: fc.constantFrom<Verdict>(ack, ack, ack, retry('again', 0), retry('later', 2), drop('bad')),
  turns: fc.nat(3),
});

const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      count: fc.integer({ min: 1, max: 40 }),
      delay: fc.constantFrom(0, 0, 0, 1, 5),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('consume' as const, 'consumeBatch' as const),
      prefetch: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('stop', 'fail', 'turn', 'turn', 'crash') }),
  },
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

it('keeps what it promises of each message through stops, failed commits and crashes', async () => {
  const anyPlan = fc.record({
    steps: fc.array(anyStep, { minLength: 1, maxLength: 30 }),
    answers: fc.array(anyAnswer, { minLength: 1, maxLength: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(anyPlan, async ({ steps, answers }) => {
      expect(await play(steps, answers)).toEqual([]);
    }),
    { numRuns: 200 },
  );
}, 60_000);

/** Does all steps, lets everything come to its end, and returns the witness's faults. */
async function play(steps: readonly Step[], answers: readonly Answer[]): Promise<string[]> {
  const witness = createWitness(ATTEMPTS, answers);
  const trial = await openTrial({ attempts: ATTEMPTS, backoff: [1] }, witness.observer);
  let consumers: Consumer[] = [];
  let published = 0;

  const publish = async (count: number, delay: number): Promise<void> => {
    const ids = Array.from({ length: count }, () => `${delay > 0 ? 'delayed' : ''}${published++}`);
    const route = delay > 0 ? { exchange: 'delay', key: 'q', delay } : {};
    try {
      await trial.broker().publish(ids.map((id) => toQueue(id, route)));
      witness.confirm(ids);
    } catch {
      witness.refuse(ids);
    }
  };
  const consume = async (prefetch: number, batch: boolean): Promise<Consumer> => {
    const options = { prefetch, size: prefetch, wait: 1 };
    return batch
      ? trial.broker().consumeBatch('q', options, (all) => Promise.all(all.map(witness.handle)))
      : trial.broker().consume('q', options, witness.handle);
  };

  for (const step of steps) {
    if ('count' in step) void publish(step.count, step.delay);
    else if ('prefetch' in step) consumers.push(await consume(step.prefetch, step.do === 'consumeBatch'));
    else if (step.do === 'stop') void consumers.shift()?.stop();
    else if (step.do === 'fail') trial.database().fail(2);
    else if (step.do === 'turn') await turn();
    else {
      witness.crash();
      consumers = [];
      await trial.crash();
    }
  }

  trial.database().fail(0);
  await consume(8, false);
  // Nobody takes it; but when this resolves, so has every publish before it.
  await trial.broker().publish([toQueue('last', { exchange: 'delay', key: 'nobody' })]);
  await vi.waitFor(
    async () => expect(await trial.broker().depth('q')).toMatchObject({ ready: 0, inFlight: 0, delayed: 0 }),
    { timeout: 10_000, interval: 1 },
  );
  const { items } = await trial.broker().deadLetters('q', { limit: 10_000 });
  expect(items).toHaveLength((await trial.broker().depth('q')).dead);
  await trial.end();
  return witness.faults(items.map(({ id }) => id));
}
