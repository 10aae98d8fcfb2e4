import { describe, expect, it } from 'vitest';
import { ack, drop, retry } from '../verdict.ts';
import { message, messages, type Seen, type Stage, until, untilEmpty } from './stage.ts';

/** ms by which a clock of whole ms and a monotonic one may differ. */
const CLOCKS = 3;

export const retries = (stage: () => Stage) =>
  describe('retrying', () => {
    const publish = (...ids: string[]) =>
      stage()
        .broker()
        .publish(ids.map((id) => message(id)));
    const waits = (seen: readonly Seen[]): number[] =>
      seen.slice(1).map(({ at }, n) => at - (seen[n]?.at ?? at));
    const letters = async () => {
      const { items } = await stage().broker().deadLetters('work', { limit: 10 });
      return items.map(({ id, reason, attempt }) => ({ id, reason, attempt }));
    };

    it('brings the message again after the waits of the policy, and counts its attempts', async () => {
      const work = await stage().collect('work', ({ attempt }) => (attempt < 3 ? retry('busy') : ack));
      await publish('a');
      await work.count(3);
      expect(work.seen.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      const [first = 0, second = 0] = waits(work.seen);
      expect(first).toBeGreaterThan(60 - CLOCKS);
      expect(second).toBeGreaterThan(180 - CLOCKS);
      await untilEmpty(stage().broker(), 'work');
      expect(await letters()).toEqual([]);
    });

    it('hands over the same message each time', async () => {
      const work = await stage().collect('work', ({ attempt }) => (attempt < 2 ? retry('busy') : ack));
      await stage()
        .broker()
        .publish([message('a', { body: { x: [1] }, traceparent: '00-t' })]);
      await work.count(2);
      const [first, second] = work.seen.map(({ at: _, attempt: __, ...rest }) => rest);
      expect(second).toEqual(first);
    });

    it('waits as long as the verdict says, if it says so', async () => {
      const patient = await stage().collect('patient', ({ attempt }) =>
        attempt === 1 ? retry('limit', 400) : attempt === 2 ? retry('limit', 0) : ack,
      );
      await stage()
        .broker()
        .publish([message('a', { key: 'patient' })]);
      await patient.count(3);
      const [first = 0] = waits(patient.seen);
      expect(first).toBeGreaterThan(400 - CLOCKS);
    });

    it.each([
      ['an error', new Error('no database'), 'no database'],
      ['something else', 'just text', 'just text'],
    ])('is what a handler means that throws %s', async (_, thrown, reason) => {
      const work = await stage().collect('work', ({ attempt }) => {
        if (attempt === 1) throw thrown;
        return ack;
      });
      await publish('a');
      await work.count(2);
      await until(() => expect(stage().observed.settled).toHaveLength(2));
      expect(stage().observed.settled.map(({ verdict }) => verdict)).toEqual([retry(reason), ack]);
    });

    it('ends after the last attempt: a dead letter with the last reason', async () => {
      const work = await stage().collect('work', ({ attempt }) => retry(`failure ${attempt}`));
      await publish('a');
      await work.count(3);
      await untilEmpty(stage().broker(), 'work');
      expect(work.seen).toHaveLength(3);
      expect(await letters()).toEqual([{ id: 'a', reason: 'failure 3', attempt: 3 }]);
    });

    it('ends after the last attempt whatever wait the verdict asks for', async () => {
      const work = await stage().collect('work', () => retry('limit', 1));
      await publish('a');
      await work.count(3);
      await untilEmpty(stage().broker(), 'work');
      expect(await letters()).toEqual([{ id: 'a', reason: 'limit', attempt: 3 }]);
    });

    it('is not done of a message that is dropped: it is a dead letter at once', async () => {
      const work = await stage().collect('work', () => drop('no such campaign'));
      await publish('a');
      await until(async () =>
        expect(await letters()).toEqual([{ id: 'a', reason: 'no such campaign', attempt: 1 }]),
      );
      await untilEmpty(stage().broker(), 'work');
      expect(work.seen).toHaveLength(1);
    });

    it('does not hold up the messages behind', async () => {
      const work = await stage().collect('work', ({ id }) => (id === 'a' ? retry('later', 600_000) : ack));
      await publish('a', 'b', 'c');
      await work.count(3);
      await until(async () =>
        expect(await stage().broker().depth('work')).toEqual({ ready: 0, inFlight: 0, delayed: 1, dead: 0 }),
      );
    });

    it('of poison among good ones takes none of them along', async () => {
      const isPoison = (id: string) => /[37]$/.test(id);
      const work = await stage().collect(
        'work',
        ({ id }) => {
          if (isPoison(id)) throw new Error('poison');
          return ack;
        },
        8,
      );
      await stage().broker().publish(messages(100));
      await untilEmpty(stage().broker(), 'work');
      expect(work.ids().filter((id) => !isPoison(id))).toHaveLength(80);
      expect(work.ids().filter(isPoison)).toHaveLength(20 * 3);
      expect(await stage().broker().depth('work')).toMatchObject({ dead: 20 });
    });
  });
