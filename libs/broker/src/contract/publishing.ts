import { describe, expect, it } from 'vitest';
import { MAX_BODY, MAX_KEY } from '../encode.ts';
import { delayed, message, messages, type Stage } from './stage.ts';

export const publishing = (stage: () => Stage) =>
  describe('publishing', () => {
    /** What is published now comes after all that was published before. */
    const onlyTheLastCame = async () => {
      await stage()
        .broker()
        .publish([message('last')]);
      const work = await stage().collect('work');
      await work.count(1);
      expect(work.ids()).toEqual(['last']);
    };

    it('hands over what was published, as it was', async () => {
      const bodies = [
        null,
        false,
        0,
        -1.5,
        '',
        'ünï😀\u0000"',
        [],
        [1, [2]],
        {},
        { a: { b: [null] } },
        { id: 820982911946154508n },
      ];
      const before = Date.now();
      await stage()
        .broker()
        .publish(bodies.map((body, i) => message(`id-${i}-é`, { body, traceparent: `00-trace-${i}` })));
      const after = Date.now();
      const work = await stage().collect('work');
      await work.count(bodies.length);
      expect(work.seen.map(({ body }) => body)).toEqual(bodies);
      work.seen.forEach((delivery, i) => {
        expect(delivery).toMatchObject({ queue: 'work', key: 'work', id: `id-${i}-é`, attempt: 1 });
        expect(delivery.traceparent).toBe(`00-trace-${i}`);
        expect(delivery.publishedAt).toBeGreaterThanOrEqual(before - 1);
        expect(delivery.publishedAt).toBeLessThanOrEqual(after + 1);
      });
    });

    it('says nothing of a trace when there is none', async () => {
      const work = await stage().collect('work');
      await stage()
        .broker()
        .publish([message('a')]);
      await work.count(1);
      expect(work.seen[0]).not.toHaveProperty('traceparent');
    });

    it('takes the body as it is when publish is called', async () => {
      const body = { n: 1 };
      const published = stage()
        .broker()
        .publish([message('a', { body })]);
      body.n = 2;
      await published;
      const work = await stage().collect('work');
      await work.count(1);
      expect(work.seen[0]?.body).toEqual({ n: 1 });
    });

    it('of nothing resolves', async () => {
      await expect(stage().broker().publish([])).resolves.toBeUndefined();
    });

    it('to an unknown exchange rejects, and nothing of that call is sent', async () => {
      const publish = stage()
        .broker()
        .publish([message('a'), message('b', { exchange: 'nowhere' })]);
      await expect(publish).rejects.toMatchObject({ code: 'unknown_exchange' });
      await onlyTheLastCame();
    });

    it.each([
      ['nothing', undefined],
      ['a function', () => 1],
      ['a symbol', Symbol('no JSON')],
    ])('of %s rejects: it is no JSON', async (_, body) => {
      const publish = stage()
        .broker()
        .publish([message('a'), message('b', { body })]);
      await expect(publish).rejects.toMatchObject({ code: 'invalid_message' });
      await onlyTheLastCame();
    });

    it('takes a body of just the limit and refuses one byte more', async () => {
      const limit = 'x'.repeat(MAX_BODY - 2);
      await stage()
        .broker()
        .publish([message('a', { body: limit })]);
      const publish = stage()
        .broker()
        .publish([message('b', { body: `${limit}x` })]);
      await expect(publish).rejects.toMatchObject({ code: 'invalid_message' });
      const work = await stage().collect('work');
      await work.count(1);
      expect(work.seen[0]?.body).toBe(limit);
    });

    it('refuses a key longer than the limit', async () => {
      const broker = stage().broker();
      const events = (key: string) => broker.publish([message('a', { exchange: 'events', key })]);
      await events('k'.repeat(MAX_KEY));
      await expect(events('k'.repeat(MAX_KEY + 1))).rejects.toMatchObject({ code: 'invalid_message' });
      await expect(events('é'.repeat(MAX_KEY / 2 + 1))).rejects.toMatchObject({ code: 'invalid_message' });
    });

    it('refuses a delay where there is none to be had, and one that is no number', async () => {
      const broker = stage().broker();
      await expect(broker.publish([message('a', { delay: 10 })])).rejects.toMatchObject({
        code: 'invalid_message',
      });
      await expect(broker.publish([delayed('a', Number.NaN)])).rejects.toMatchObject({
        code: 'invalid_message',
      });
    });

    it('by many at once loses and doubles nothing', async () => {
      const all = messages(500);
      const work = await stage().collect('work', undefined, 50);
      await Promise.all(all.map((one) => stage().broker().publish([one])));
      await work.count(500);
      expect(work.ids().toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    });
  });
