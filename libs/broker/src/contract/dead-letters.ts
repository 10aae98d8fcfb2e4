import { describe, expect, it } from 'vitest';
import { ack, drop, retry } from '../verdict.ts';
import { messages, type Stage, until, untilEmpty } from './stage.ts';

export const deadLetters = (stage: () => Stage) =>
  describe('dead letters', () => {
    const list = async (page: { limit: number; after?: string } = { limit: 100 }) =>
      (await stage().broker().deadLetters('work', page)).items;
    const ids = async () => (await list()).map(({ id }) => id);

    /** Makes messages m-0, m-1, … dead letters in this order, and stops consuming. */
    const bury = async (count: number) => {
      const consumer = await stage()
        .broker()
        .consume('work', { prefetch: 1 }, async ({ id }) => drop(`no ${id}`));
      await stage()
        .broker()
        .publish(messages(count, { traceparent: '00-t' }));
      await until(async () => expect((await stage().broker().depth('work')).dead).toBe(count));
      await consumer.stop();
    };

    it('are listed oldest first, with what they were and why they died', async () => {
      const before = Date.now();
      await bury(3);
      const items = await list();
      expect(items).toMatchObject(
        ['m-0', 'm-1', 'm-2'].map((id) => ({
          queue: 'work',
          id,
          key: 'work',
          body: { id },
          reason: `no ${id}`,
          attempt: 1,
          traceparent: '00-t',
        })),
      );
      expect(items[0]?.diedAt).toBeGreaterThanOrEqual(before - 1);
      expect(items[0]?.publishedAt).toBeGreaterThanOrEqual(before - 1);
      expect(new Set(items.map(({ token }) => token)).size).toBe(3);
    });

    it('come in pages', async () => {
      await bury(7);
      const seen: string[] = [];
      let after: string | undefined;
      for (;;) {
        const page = await list({ limit: 3, ...(after === undefined ? {} : { after }) });
        seen.push(...page.map(({ id }) => id));
        after = page.at(-1)?.token;
        if (after === undefined) break;
      }
      expect(seen).toEqual(messages(7).map(({ id }) => id));
    });

    it('are not listed after something that is no token', async () => {
      await expect(list({ limit: 1, after: "no'token" })).rejects.toMatchObject({ code: 'invalid_cursor' });
    });

    it('named by their tokens are put back, with their attempts counted anew', async () => {
      await bury(4);
      const tokens = (await list())
        .filter(({ id }) => id === 'm-1' || id === 'm-3')
        .map(({ token }) => token);
      const asked = [...tokens, ...tokens, 'nothing'];
      expect(await stage().broker().replayDeadLetters('work', { tokens: asked })).toBe(2);
      expect(await ids()).toEqual(['m-0', 'm-2']);
      const work = await stage().collect('work', ({ attempt }) => (attempt < 3 ? retry('again', 0) : ack));
      await untilEmpty(stage().broker(), 'work');
      expect(work.seen.filter(({ attempt }) => attempt === 1).map(({ id }) => id)).toEqual(['m-1', 'm-3']);
      expect(work.seen).toHaveLength(6);
      expect(await ids()).toEqual(['m-0', 'm-2']);
    });

    it('are put back by number, the oldest first', async () => {
      await bury(5);
      expect(await stage().broker().replayDeadLetters('work', { limit: 2 })).toBe(2);
      expect(await ids()).toEqual(['m-2', 'm-3', 'm-4']);
      expect(await stage().broker().replayDeadLetters('work', { limit: 100 })).toBe(3);
      expect(await stage().broker().replayDeadLetters('work', { limit: 100 })).toBe(0);
      const work = await stage().collect('work');
      await work.count(5);
      expect(work.ids()).toEqual(messages(5).map(({ id }) => id));
    });

    it('that were put back can die again', async () => {
      await bury(2);
      const work = await stage().collect('work', ({ id }) => drop(`still no ${id}`));
      expect(await stage().broker().replayDeadLetters('work', { limit: 10 })).toBe(2);
      await work.count(2);
      await until(async () =>
        expect((await list()).map(({ reason }) => reason)).toEqual(['still no m-0', 'still no m-1']),
      );
    });

    it('named by their tokens are taken away for good, and the others stay', async () => {
      await bury(4);
      const tokens = (await list())
        .filter(({ id }) => id === 'm-1' || id === 'm-3')
        .map(({ token }) => token);
      const discarded = await stage()
        .broker()
        .discardDeadLetters('work', [...tokens, 'nothing']);
      expect(discarded.toSorted()).toEqual(tokens.toSorted());
      expect(await ids()).toEqual(['m-0', 'm-2']);
      expect((await stage().broker().depth('work')).dead).toBe(2);
      expect(await stage().broker().discardDeadLetters('work', tokens)).toEqual([]);
      expect(await stage().broker().discardDeadLetters('frail', tokens)).toEqual([]);
    });

    it('of one queue are not those of another', async () => {
      await bury(1);
      const [letter] = await list();
      const tokens = [letter?.token ?? ''];
      expect((await stage().broker().deadLetters('frail', { limit: 10 })).items).toEqual([]);
      expect(await stage().broker().replayDeadLetters('frail', { tokens })).toBe(0);
      expect(await ids()).toEqual(['m-0']);
    });
  });
