import { describe, expect, it } from 'vitest';
import type { BatchOptions, Delivery } from '../broker.ts';
import { ack, drop, retry, type Verdict } from '../verdict.ts';
import { messages, type Stage, until, untilEmpty } from './stage.ts';

const LONG = 600_000;

export const batches = (stage: () => Stage) =>
  describe('consuming in batches', () => {
    const all = (verdict: Verdict) => (deliveries: readonly Delivery[]) => deliveries.map(() => verdict);

    /** The ids of each batch, in order. */
    const collect = async (
      options: Omit<BatchOptions, 'prefetch'>,
      verdicts: (deliveries: readonly Delivery[]) => readonly Verdict[] | Promise<readonly Verdict[]> = all(
        ack,
      ),
    ) => {
      const seen: string[][] = [];
      await stage()
        .broker()
        .consumeBatch('work', { prefetch: 2 * options.size, ...options }, async (deliveries) => {
          seen.push(deliveries.map(({ id }) => id));
          return verdicts(deliveries);
        });
      return seen;
    };

    it('hands over a full batch without waiting', async () => {
      const seen = await collect({ size: 10, wait: LONG });
      await stage().broker().publish(messages(20));
      await until(() => expect(seen).toHaveLength(2));
      expect(seen.map((batch) => batch.length)).toEqual([10, 10]);
      expect(seen.flat()).toEqual(messages(20).map(({ id }) => id));
    });

    it('hands over what there is when it has waited', async () => {
      const seen = await collect({ size: 100, wait: 100 });
      const started = performance.now();
      await stage().broker().publish(messages(3));
      await until(() => expect(seen.flat()).toHaveLength(3));
      expect(performance.now() - started).toBeGreaterThan(98);
      expect(seen).toEqual([['m-0', 'm-1', 'm-2']]);
    });

    it('hands over at once what there is when it need not wait', async () => {
      const seen = await collect({ size: 100, wait: 0 });
      await stage().broker().publish(messages(3));
      await until(() => expect(seen.flat()).toHaveLength(3));
    });

    it('hands over one batch at a time, none larger than its size', async () => {
      let running = 0;
      let most = 0;
      const seen = await collect({ size: 20, wait: 5 }, async (deliveries) => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        return all(ack)(deliveries);
      });
      await Promise.all(messages(210).map((one) => stage().broker().publish([one])));
      await until(() => expect(seen.flat()).toHaveLength(210));
      await untilEmpty(stage().broker(), 'work');
      expect(most).toBe(1);
      expect(Math.max(...seen.map((batch) => batch.length))).toBeLessThanOrEqual(20);
      expect(seen.flat()).toEqual(messages(210).map(({ id }) => id));
    });

    it('settles each message by its own verdict', async () => {
      const seen = await collect({ size: 3, wait: 20 }, (deliveries) =>
        deliveries.map(({ id, attempt }) => {
          if (id === 'm-1' && attempt === 1) return retry('again');
          return id === 'm-2' ? drop('bad') : ack;
        }),
      );
      await stage().broker().publish(messages(3));
      await until(() => expect(seen).toEqual([['m-0', 'm-1', 'm-2'], ['m-1']]));
      await untilEmpty(stage().broker(), 'work');
      const { items } = await stage().broker().deadLetters('work', { limit: 10 });
      expect(items.map(({ id, reason }) => [id, reason])).toEqual([['m-2', 'bad']]);
    });

    it('tries the whole batch again when the handler throws', async () => {
      let failed = false;
      const seen = await collect({ size: 3, wait: 20 }, (deliveries) => {
        if (failed) return all(ack)(deliveries);
        failed = true;
        throw new Error('no database');
      });
      await stage().broker().publish(messages(3));
      await until(() => expect(seen.flat()).toHaveLength(6));
      expect(new Set(seen.flat()).size).toBe(3);
      await until(() => expect(stage().observed.settled).toHaveLength(6));
      const verdicts = stage().observed.settled.map(({ verdict }) => verdict);
      expect(verdicts).toEqual([...Array(3).fill(retry('no database')), ...Array(3).fill(ack)]);
    });

    it('shares a queue with other consumers, without doubling', async () => {
      const seen = [await collect({ size: 10, wait: 5 }), await collect({ size: 10, wait: 5 })];
      const single = await stage().collect('work');
      await Promise.all(messages(200).map((one) => stage().broker().publish([one])));
      await untilEmpty(stage().broker(), 'work');
      const ids = [...seen.flat(2), ...single.ids()];
      expect(ids.toSorted()).toEqual(
        messages(200)
          .map(({ id }) => id)
          .toSorted(),
      );
    });
  });
