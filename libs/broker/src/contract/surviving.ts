import { describe, expect, it } from 'vitest';
import type { Delivery } from '../broker.ts';
import { ack, drop, retry, type Verdict } from '../verdict.ts';
import { countable, delayed, message, messages, type Stage, until, untilEmpty } from './stage.ts';

export const surviving = (stage: () => Stage) =>
  describe('what survives', () => {
    const never = () =>
      stage()
        .gate()
        .opened.then((): Verdict => ack);

    it('a restart: what was published, in its order', async () => {
      await stage().broker().publish(messages(20));
      await stage().broker().close();
      await stage().reopen();
      await stage()
        .broker()
        .publish([message('later')]);
      const work = await stage().collect('work');
      await work.count(21);
      expect(work.ids()).toEqual([...messages(20).map(({ id }) => id), 'later']);
      expect(work.seen.every(({ attempt }) => attempt === 1)).toBe(true);
    });

    it('a restart: delayed messages, each to its time', async () => {
      const started = performance.now();
      await stage()
        .broker()
        .publish([delayed('soon', 100), delayed('later', 1200), delayed('far', 600_000)]);
      await stage().broker().close();
      await stage().reopen();
      const work = await stage().collect('work');
      await work.count(2);
      expect(work.ids()).toEqual(['soon', 'later']);
      expect((work.seen[1]?.at ?? 0) - started).toBeGreaterThan(1195);
      const left = countable(stage().broker(), 1);
      expect(await stage().broker().depth('work')).toMatchObject({ delayed: left });
    });

    it('a restart: what fell due meanwhile, in the order of due times', async () => {
      const started = performance.now();
      await stage()
        .broker()
        .publish([delayed('second', 700), delayed('first', 350)]);
      await stage().broker().close();
      await until(() => expect(performance.now() - started).toBeGreaterThan(1000));
      await stage().reopen();
      const work = await stage().collect('work');
      await work.count(2);
      expect(work.ids()).toEqual(['first', 'second']);
    });

    it('a restart: what waits for a retry, and its attempts', async () => {
      await stage()
        .broker()
        .publish([message('a')]);
      await stage().collect('work', () => retry('busy', 1500));
      await until(async () =>
        expect(await stage().broker().depth('work')).toMatchObject({ inFlight: 0, delayed: 1 }),
      );
      await stage().broker().close();
      await stage().reopen();
      const work = await stage().collect('work');
      await work.count(1);
      expect(work.seen[0]).toMatchObject({ id: 'a', attempt: 2 });
    });

    it('a restart: dead letters, and their tokens', async () => {
      await stage().broker().publish(messages(2));
      await stage().collect('work', () => drop('bad'));
      await untilEmpty(stage().broker(), 'work');
      const [before] = (await stage().broker().deadLetters('work', { limit: 1 })).items;
      await stage().broker().close();
      await stage().reopen();
      expect(await stage().broker().depth('work')).toMatchObject({ dead: 2 });
      const tokens = [before?.token ?? ''];
      expect(await stage().broker().replayDeadLetters('work', { tokens })).toBe(1);
      const work = await stage().collect('work');
      await work.count(1);
      expect(work.ids()).toEqual([before?.id]);
    });

    it('being cut off: everything published, also in the middle of publishing', async () => {
      const confirmed: string[] = [];
      const publishes = messages(200).map(async (one) => {
        await stage().broker().publish([one]);
        confirmed.push(one.id);
      });
      const settled = Promise.allSettled(publishes);
      await until(() => expect(confirmed.length).toBeGreaterThan(0));
      const mustCome = [...confirmed];
      await stage().reopen();
      await settled;
      const work = await stage().collect('work', undefined, 20);
      await until(() => expect(work.ids()).toEqual(expect.arrayContaining(mustCome)));
    });

    it('being cut off: what handlers had comes again, with one attempt more; what they acknowledged does not', async () => {
      await stage().broker().publish(messages(10));
      const before = await stage().collect('work', ({ id }) => (id < 'm-4' ? ack : never()), 3);
      await before.count(7);
      await until(() => expect(stage().observed.settled).toHaveLength(4));
      await stage().reopen();
      const work = await stage().collect('work', undefined, 5);
      await untilEmpty(stage().broker(), 'work');
      expect(work.ids().toSorted()).toEqual(['m-4', 'm-5', 'm-6', 'm-7', 'm-8', 'm-9']);
      for (const id of ['m-4', 'm-5', 'm-6']) {
        expect(work.seen.find((delivery) => delivery.id === id)).toMatchObject({ attempt: 2 });
      }
    });

    it.each([
      ['one by one', false],
      ['in batches', true],
    ])(
      'a message that ends the process, consumed %s: it dies after three hand-overs, its neighbours in ' +
        'every queue live',
      async (_, batch) => {
        const neighbours = messages(15);
        const others = messages(15, { exchange: 'events', key: 'order.paid' }, 'o');
        const killer = message('killer');
        await stage()
          .broker()
          .publish([...neighbours.slice(0, 4), killer, ...neighbours.slice(4), ...others]);
        const handled = new Set<string>();
        /** Consumes both queues until the killer is handed over, or for good. */
        const live = async (isLast = false): Promise<void> => {
          const killed = Promise.withResolvers<void>();
          const handle = async ({ id }: { id: string }): Promise<Verdict> => {
            if (id === 'killer') {
              killed.resolve();
              return never();
            }
            // Most of them are with a handler when the killer comes.
            await new Promise((resolve) => setTimeout(resolve, 30));
            handled.add(id);
            return ack;
          };
          const options = { prefetch: 8, size: 8, wait: 5 };
          const all = (deliveries: readonly Delivery[]) => Promise.all(deliveries.map(handle));
          if (batch) await stage().broker().consumeBatch('work', options, all);
          else await stage().broker().consume('work', options, handle);
          await stage().broker().consume('orders', options, handle);
          if (isLast) return;
          await killed.promise;
          await stage().reopen();
        };
        for (let lives = 0; lives < 3; lives += 1) await live();
        await live(true);
        await untilEmpty(stage().broker(), 'work');
        await untilEmpty(stage().broker(), 'orders');
        expect([...handled].toSorted()).toEqual([...neighbours, ...others].map(({ id }) => id).toSorted());
        expect(await stage().broker().depth('orders')).toMatchObject({ dead: 0 });
        const { items } = await stage().broker().deadLetters('work', { limit: 100 });
        expect(items).toMatchObject([
          { id: 'killer', attempt: 3, reason: expect.stringContaining('cut off 3') },
        ]);
      },
    );

    it('being cut off in every attempt: nothing; the message is a dead letter then', async () => {
      await stage()
        .broker()
        .publish([message('killer', { key: 'frail' })]);
      for (const attempt of [1, 2]) {
        const frail = await stage().collect('frail', never);
        await frail.count(1);
        expect(frail.seen[0]).toMatchObject({ id: 'killer', attempt });
        await stage().reopen();
      }
      const frail = await stage().collect('frail');
      await stage()
        .broker()
        .publish([message('other', { key: 'frail' })]);
      await frail.count(1);
      await untilEmpty(stage().broker(), 'frail');
      expect(frail.ids()).toEqual(['other']);
      const { items } = await stage().broker().deadLetters('frail', { limit: 10 });
      expect(items).toMatchObject([{ id: 'killer', attempt: 2 }]);
      expect(items[0]?.reason).toMatch(/./);
    });
  });
