import { describe, expect, it } from 'vitest';
import { ack } from '../verdict.ts';
import { delayed, message, messages, type Stage, until, untilEmpty } from './stage.ts';

export const stopping = (stage: () => Stage) =>
  describe('stopping', () => {
    /** Whether a promise has settled by now. Ask after something else that takes time. */
    const watch = (promise: Promise<unknown>) => {
      const state = { done: false };
      void promise.then(() => {
        state.done = true;
      });
      return state;
    };

    it('waits for the handlers under way and their verdicts, and takes nothing new', async () => {
      const gate = stage().gate();
      const seen: string[] = [];
      const consumer = await stage()
        .broker()
        .consume('work', { prefetch: 3 }, async ({ id }) => {
          seen.push(id);
          await gate.opened;
          return ack;
        });
      await stage().broker().publish(messages(10));
      await until(() => expect(seen).toHaveLength(3));
      const stop = watch(consumer.stop());
      const frail = await stage().collect('frail');
      await stage()
        .broker()
        .publish([message('elsewhere', { key: 'frail' })]);
      await frail.count(1);
      expect(stop.done).toBe(false);
      gate.open();
      await until(() => expect(stop.done).toBe(true));
      await until(async () =>
        expect(await stage().broker().depth('work')).toMatchObject({ ready: 7, inFlight: 0 }),
      );
      expect(seen).toEqual(['m-0', 'm-1', 'm-2']);
    });

    it('gives what was fetched and not handled to the next consumer', async () => {
      const gate = stage().gate();
      const all = messages(50);
      const handled: string[] = [];
      const first = await stage()
        .broker()
        .consume('work', { prefetch: 4 }, async ({ id }) => {
          handled.push(id);
          await gate.opened;
          return ack;
        });
      await stage().broker().publish(all);
      await until(() => expect(handled).toHaveLength(4));
      const stopped = first.stop();
      gate.open();
      await stopped;
      const rest = await stage().collect('work', undefined, 4);
      await untilEmpty(stage().broker(), 'work');
      expect([...handled, ...rest.ids()].toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    });

    it('uses up no attempts of what was only fetched', async () => {
      await stage()
        .broker()
        .publish(messages(20, { key: 'frail' }));
      const handled: string[] = [];
      for (let round = 0; round < 4; round += 1) {
        const started = Promise.withResolvers<void>();
        const gate = stage().gate();
        const consumer = await stage()
          .broker()
          .consumeBatch('frail', { size: 1, wait: 0, prefetch: 10 }, async (deliveries) => {
            handled.push(...deliveries.map(({ id }) => id));
            started.resolve();
            await gate.opened;
            return [ack];
          });
        await started.promise;
        const stopped = consumer.stop();
        gate.open();
        await stopped;
      }
      const rest = await stage().collect('frail');
      await untilEmpty(stage().broker(), 'frail');
      expect(handled).toHaveLength(4);
      expect([...handled, ...rest.ids()].toSorted()).toEqual(
        messages(20)
          .map(({ id }) => id)
          .toSorted(),
      );
      expect((await stage().broker().depth('frail')).dead).toBe(0);
    });

    it('in the middle of a batch waits for it, and gives back a batch that was not full yet', async () => {
      const options = { size: 2, wait: 600_000, prefetch: 8 };
      const seen: string[] = [];
      const gate = stage().gate();
      const consumer = await stage()
        .broker()
        .consumeBatch('work', options, async (deliveries) => {
          seen.push(...deliveries.map(({ id }) => id));
          await gate.opened;
          return deliveries.map(() => ack);
        });
      await stage().broker().publish(messages(3));
      await until(() => expect(seen).toHaveLength(2));
      const stopped = consumer.stop();
      gate.open();
      await stopped;
      const rest = await stage().collect('work');
      await rest.count(1);
      expect([seen, rest.ids()]).toEqual([['m-0', 'm-1'], ['m-2']]);
    });

    it('one of two consumers leaves all to the other', async () => {
      const one = await stage()
        .broker()
        .consume('work', { prefetch: 1 }, async () => ack);
      await one.stop();
      const other = await stage().collect('work');
      await stage().broker().publish(messages(10));
      await other.count(10);
    });

    it('twice is as good as once', async () => {
      const consumer = await stage()
        .broker()
        .consume('work', { prefetch: 1 }, async () => ack);
      await Promise.all([consumer.stop(), consumer.stop()]);
      await consumer.stop();
    });

    it('the broker lets handlers under way publish and finish, then refuses everything', async () => {
      const gate = stage().gate();
      const broker = stage().broker();
      const work = await stage().collect('work', async () => {
        await gate.opened;
        await broker.publish([message('result', { key: 'frail' })]);
        return ack;
      });
      await broker.publish(messages(1));
      await work.count(1);
      const closed = broker.close();
      gate.open();
      await closed;
      const refused = { code: 'closed' };
      await expect(broker.publish([message('x')])).rejects.toMatchObject(refused);
      await expect(broker.consume('work', { prefetch: 1 }, async () => ack)).rejects.toMatchObject(refused);
      await expect(broker.depth('work')).rejects.toMatchObject(refused);
      await expect(broker.ping()).rejects.toMatchObject(refused);
      await broker.close();

      await stage().reopen();
      const frail = await stage().collect('frail');
      await frail.count(1);
      expect(await stage().broker().depth('work')).toMatchObject({ ready: 0, inFlight: 0 });
    });

    it('the broker finishes the publishes under way', async () => {
      const broker = stage().broker();
      const published = broker.publish([...messages(50), delayed('d', 0)]);
      await broker.close();
      await published;
      await stage().reopen();
      const work = await stage().collect('work', undefined, 10);
      await work.count(51);
    });
  });
