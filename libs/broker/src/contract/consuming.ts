import { describe, expect, it } from 'vitest';
import { ack } from '../verdict.ts';
import { countable, message, messages, type Stage, until, untilEmpty } from './stage.ts';

export const consuming = (stage: () => Stage) =>
  describe('consuming', () => {
    const idsOf = (all: readonly { id: string }[]): string[] => all.map(({ id }) => id);

    it('keeps the order in which messages were published, also when they were there before', async () => {
      const [early, late] = [messages(100, {}, 'early'), messages(100, {}, 'late')];
      await stage().broker().publish(early);
      const work = await stage().collect('work');
      const publishes = late.map((one) => stage().broker().publish([one]));
      await Promise.all(publishes);
      await work.count(200);
      expect(work.ids()).toEqual(idsOf([...early, ...late]));
    });

    it('takes what is acknowledged away for good', async () => {
      await stage().broker().publish(messages(20));
      const work = await stage().collect('work', undefined, 5);
      await work.count(20);
      await untilEmpty(stage().broker(), 'work');
      expect(await stage().broker().depth('work')).toEqual({ ready: 0, inFlight: 0, delayed: 0, dead: 0 });
    });

    it('has as many messages with the handler as prefetch says, and never more', async () => {
      const gate = stage().gate();
      let running = 0;
      let most = 0;
      await stage().broker().publish(messages(40));
      const work = await stage().collect(
        'work',
        async () => {
          running += 1;
          most = Math.max(most, running);
          await gate.opened;
          running -= 1;
          return ack;
        },
        7,
      );
      await work.count(7);
      await until(async () =>
        expect((await stage().broker().depth('work')).inFlight).toBeGreaterThanOrEqual(7),
      );
      expect(work.seen).toHaveLength(7);
      gate.open();
      await work.count(40);
      await untilEmpty(stage().broker(), 'work');
      expect(most).toBe(7);
    });

    it('shares a queue among its consumers, each message with one of them', async () => {
      const all = messages(300);
      const gate = stage().gate();
      const hold = () => gate.opened.then(() => ack);
      const consumers = [
        await stage().collect('work', hold, 5),
        await stage().collect('work', hold, 5),
        await stage().collect('work', hold, 5),
      ];
      await stage().broker().publish(all);
      for (const consumer of consumers) await consumer.count(5);
      gate.open();
      await untilEmpty(stage().broker(), 'work');
      const ids = consumers.flatMap((consumer) => consumer.ids());
      expect(ids.toSorted()).toEqual(idsOf(all).toSorted());
    });

    it('lets other messages pass while one takes long', async () => {
      const gate = stage().gate();
      await stage()
        .broker()
        .publish([message('slow'), ...messages(20)]);
      const work = await stage().collect(
        'work',
        ({ id }) => (id === 'slow' ? gate.opened.then(() => ack) : ack),
        2,
      );
      await work.count(21);
      await until(async () =>
        expect(await stage().broker().depth('work')).toMatchObject({ ready: 0, inFlight: 1 }),
      );
    });

    it('lets a handler publish, to its own queue too', async () => {
      const work = await stage().collect('work', async ({ id }) => {
        if (id.length < 5)
          await stage()
            .broker()
            .publish([message(`${id}+`)]);
        return ack;
      });
      await stage()
        .broker()
        .publish([message('m')]);
      await work.count(5);
      expect(work.ids()).toEqual(['m', 'm+', 'm++', 'm+++', 'm++++']);
    });

    it('counts what is ready, with a handler, delayed and dead', async () => {
      const gate = stage().gate();
      await stage()
        .broker()
        .publish([...messages(5), message('d', { exchange: 'delay', delay: 600_000 })]);
      const work = await stage().collect('work', () => gate.opened.then(() => ack), 2);
      await work.count(2);
      await until(async () => {
        const { ready, inFlight, delayed, dead } = await stage().broker().depth('work');
        expect(inFlight).toBeGreaterThanOrEqual(2);
        expect([ready + inFlight, delayed, dead]).toEqual([5, countable(stage().broker(), 1), 0]);
      });
    });

    it('reports the load of a queue, its consumers included, without touching what waits', async () => {
      const gate = stage().gate();
      const waiting = Array.from({ length: 20 }, (_, i) =>
        message(`d-${i}`, { exchange: 'delay', delay: 150 }),
      );
      expect(await stage().broker().load('work')).toEqual({ ready: 0, inFlight: 0, dead: 0, consumers: 0 });
      const work = await stage().collect('work', () => gate.opened.then(() => ack), 2);
      await stage()
        .broker()
        .publish([...messages(5), ...waiting]);
      await work.count(2);
      await until(async () => {
        const { ready, inFlight, ...rest } = await stage().broker().load('work');
        expect(inFlight).toBeGreaterThanOrEqual(2);
        // What is delayed becomes due while the load is asked for again and again.
        expect(ready + inFlight).toBe(25);
        expect(rest).toEqual({ dead: 0, consumers: 1 });
      });
    });

    it('of an unknown queue rejects, and so does everything else that names one', async () => {
      const broker = stage().broker();
      const unknown = { code: 'unknown_queue' };
      const batch = { size: 1, wait: 1, prefetch: 1 };
      await expect(broker.consume('none', { prefetch: 1 }, async () => ack)).rejects.toMatchObject(unknown);
      await expect(broker.consumeBatch('none', batch, async () => [])).rejects.toMatchObject(unknown);
      await expect(broker.depth('none')).rejects.toMatchObject(unknown);
      await expect(broker.load('none')).rejects.toMatchObject(unknown);
      await expect(broker.deadLetters('none', { limit: 1 })).rejects.toMatchObject(unknown);
      await expect(broker.replayDeadLetters('none', { limit: 1 })).rejects.toMatchObject(unknown);
      await expect(broker.purgeDelayed('none')).rejects.toMatchObject(unknown);
    });
  });
