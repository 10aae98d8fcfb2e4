import { describe, expect, it } from 'vitest';
import { ack, drop, retry } from '../verdict.ts';
import { delayed, message, messages, type Stage, until, untilEmpty } from './stage.ts';

export const observing = (stage: () => Stage) =>
  describe('the observer', () => {
    it('is called once for each verdict and for each dead letter', async () => {
      await stage().collect('work', ({ id, attempt }) => {
        if (id === 'm-0') return ack;
        if (id === 'm-1') return drop('bad');
        return attempt < 3 ? retry('busy', 0) : retry('worn out');
      });
      await stage().broker().publish(messages(3));
      await untilEmpty(stage().broker(), 'work');
      const { settled, dead } = stage().observed;
      await until(() => expect([settled.length, dead.length]).toEqual([5, 2]));
      expect(settled.map(({ delivery, verdict }) => [delivery.id, delivery.attempt, verdict.kind])).toEqual([
        ['m-0', 1, 'ack'],
        ['m-1', 1, 'drop'],
        ['m-2', 1, 'retry'],
        ['m-2', 2, 'retry'],
        ['m-2', 3, 'retry'],
      ]);
      expect(dead.map(({ delivery, reason }) => [delivery.id, delivery.attempt, reason])).toEqual([
        ['m-1', 1, 'bad'],
        ['m-2', 3, 'worn out'],
      ]);
    });

    it('gets the time that the handler took', async () => {
      let elapsed = 0;
      await stage().collect('work', async () => {
        const started = performance.now();
        await until(() => expect(performance.now() - started).toBeGreaterThan(50));
        elapsed = performance.now() - started;
        return ack;
      });
      await stage().broker().publish(messages(1));
      await until(() => expect(stage().observed.settled).toHaveLength(1));
      const seconds = stage().observed.settled[0]?.seconds ?? 0;
      expect(seconds).toBeGreaterThan(elapsed / 1000 - 0.002);
      expect(seconds).toBeLessThan(elapsed / 1000 + 1);
    });

    it('is called with what was published, once for each exchange of a call', async () => {
      await stage()
        .broker()
        .publish([...messages(3), message('e', { exchange: 'events' }), delayed('d', 600_000)]);
      await stage().broker().publish(messages(1));
      await until(() => expect(stage().observed.published).toHaveLength(4));
      const counts = stage().observed.published.map(({ exchange, count }) => `${exchange} ${count}`);
      expect(counts.slice(0, 3).toSorted()).toEqual(['delay 1', 'events 1', 'jobs 3']);
      expect(counts[3]).toBe('jobs 1');
      for (const { seconds } of stage().observed.published) expect(seconds).toBeGreaterThan(0);
    });

    it('is called for each message that no queue takes; the publish resolves, and the others arrive', async () => {
      const lost = [message('a', { key: 'nobody' }), delayed('b', 10, { key: 'no-such-queue' })];
      await stage()
        .broker()
        .publish([...lost, message('c')]);
      const work = await stage().collect('work');
      await work.count(1);
      await until(() => expect(stage().observed.unroutable).toHaveLength(2));
      expect(
        stage()
          .observed.unroutable.map(({ id }) => id)
          .toSorted(),
      ).toEqual(['a', 'b']);
      expect(work.ids()).toEqual(['c']);
    });

    it('is not called for a publish that was refused', async () => {
      const refused = stage()
        .broker()
        .publish([message('a', { key: 'nobody' }), message('b', { exchange: 'nowhere' })]);
      await expect(refused).rejects.toThrow();
      await stage()
        .broker()
        .publish([message('c')]);
      await until(() => expect(stage().observed.published).toMatchObject([{ exchange: 'jobs', count: 1 }]));
      expect(stage().observed.unroutable).toEqual([]);
    });
  });
