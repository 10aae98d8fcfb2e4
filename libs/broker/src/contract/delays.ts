import { describe, expect, it } from 'vitest';
import { retry } from '../verdict.ts';
import { countable, delayed, message, messages, type Stage, until } from './stage.ts';

/** ms by which a clock of whole ms and a monotonic one may differ. */
const CLOCKS = 3;
const DAY = 24 * 60 * 60 * 1000;

export const delays = (stage: () => Stage) =>
  describe('delaying', () => {
    const depth = () => stage().broker().depth('work');

    it('delivers when the delay is over: not before, and soon after', async () => {
      const work = await stage().collect('work', undefined, 10);
      const asked = [50, 120, 250, 500, 1000, 1500];
      const started = performance.now();
      await stage()
        .broker()
        .publish(asked.map((delay) => delayed(String(delay), delay)));
      await work.count(asked.length);
      expect(work.ids()).toEqual(asked.map(String));
      for (const { id, at } of work.seen) {
        const late = at - started - Number(id);
        expect(late, `after ${id} ms`).toBeGreaterThan(-CLOCKS);
        expect(late, `after ${id} ms`).toBeLessThan(1500);
      }
    });

    it('delivers in the order of due times, whatever the order of publishing', async () => {
      const work = await stage().collect('work');
      await stage()
        .broker()
        .publish([900, 300, 600].map((delay) => delayed(String(delay), delay)));
      await work.count(3);
      expect(work.ids()).toEqual(['300', '600', '900']);
    });

    it.each([
      ['zero', 0],
      ['negative', -5],
      ['far in the past', -1e15],
    ])('by a time that is %s delivers at once', async (_, delay) => {
      const work = await stage().collect('work');
      await stage()
        .broker()
        .publish([delayed('a', delay), message('b')]);
      await work.count(2);
      expect(work.ids().toSorted()).toEqual(['a', 'b']);
    });

    it('by very much does not mean at once', async () => {
      const far = [2 ** 31, 49.8 * DAY, 366 * DAY, 1e15, Number.MAX_VALUE];
      const work = await stage().collect('work');
      await stage()
        .broker()
        .publish(far.map((delay) => delayed(`far-${delay}`, delay)));
      await stage()
        .broker()
        .publish([delayed('near', 150)]);
      await work.count(1);
      expect(work.ids()).toEqual(['near']);
      const left = countable(stage().broker(), far.length);
      await until(async () => expect((await depth()).delayed).toBe(left));
    });

    it('delivers each of many, once', async () => {
      const all = messages(3000).map((one, n) => ({ ...one, exchange: 'delay', delay: 200 + (n % 700) }));
      const work = await stage().collect('work', undefined, 100);
      await stage().broker().publish(all);
      await work.count(all.length);
      await until(async () => expect(await depth()).toMatchObject({ ready: 0, inFlight: 0, delayed: 0 }));
      expect(work.ids().toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    });

    it('retries a delayed message as any other', async () => {
      const work = await stage().collect('work', ({ attempt }) => retry(`failure ${attempt}`, 10));
      await stage()
        .broker()
        .publish([delayed('a', 50)]);
      await work.count(3);
      await until(async () => expect(await depth()).toMatchObject({ delayed: 0, dead: 1 }));
      expect(work.seen.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    });

    it('can be purged: what waits is thrown away, and only that of the queue', async () => {
      const broker = stage().broker();
      await broker.publish([
        ...[1400, 1500, 600_000].map((delay) => delayed(`work-${delay}`, delay)),
        delayed('frail', 1500, { key: 'frail' }),
      ]);
      if (broker.delayStrategy === 'plugin') {
        return expect(broker.purgeDelayed('work')).rejects.toThrow('cannot be purged');
      }
      expect((await depth()).delayed).toBe(3);
      expect(await broker.purgeDelayed('work')).toBe(3);
      expect((await depth()).delayed).toBe(0);
      expect(await broker.purgeDelayed('work')).toBe(0);
      await broker.publish([delayed('later', 1800)]);
      const work = await stage().collect('work');
      const frail = await stage().collect('frail');
      await frail.count(1);
      await work.count(1);
      expect(work.ids()).toEqual(['later']);
    });

    it('can be purged without harm to what waits for a retry', async () => {
      const work = await stage().collect('work', ({ attempt }) => retry(`failure ${attempt}`, 1000));
      await stage()
        .broker()
        .publish([message('a')]);
      await until(async () => expect(await depth()).toMatchObject({ inFlight: 0, delayed: 1 }));
      if (stage().broker().delayStrategy !== 'plugin') {
        expect(await stage().broker().purgeDelayed('work')).toBe(0);
      }
      await work.count(2);
    });
  });
