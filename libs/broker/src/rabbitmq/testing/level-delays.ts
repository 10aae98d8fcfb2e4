import { describe, expect, it } from 'vitest';
import { retry } from '../../verdict.ts';
import type { LevelsShape } from '../levels.ts';
import { createNames } from '../names.ts';
import { message, openTrial, topology, until } from './trial.ts';

/** ms by which a clock of whole ms and a monotonic one may differ. */
const CLOCKS = 3;

export const levelDelays = (url: string) =>
  describe('delaying by levels', () => {
    /** Publishes with these delays; resolves with how late each came, in ms. */
    const lateness = async (levels: LevelsShape, delays: readonly number[]) => {
      const { broker } = await openTrial(url, { levels });
      const came = new Map<string, number>();
      await broker.consume('work', { prefetch: 50 }, async ({ id }) => {
        came.set(id, performance.now());
        return { kind: 'ack' };
      });
      const started = performance.now();
      await broker.publish(delays.map((delay) => message(String(delay), { exchange: 'delay', delay })));
      await until(() => expect(came.size).toBe(delays.length));
      return delays.map((delay) => (came.get(String(delay)) ?? 0) - started - delay);
    };

    it('is never early around the steps of 50 ms', async () => {
      const late = await lateness(
        { unit: 50, base: 32, digits: 2 },
        [0, 1, 49, 50, 51, 1549, 1550, 1599, 1600, 1601, 1650],
      );
      expect(Math.min(...late)).toBeGreaterThan(-CLOCKS);
      expect(Math.max(...late)).toBeLessThan(2000);
    });

    it('is never early where one, two and three digits meet', async () => {
      // In steps of 1 ms: 32 is where two digits begin, 1024 where three do (1,600 and 51,200 ms in steps of
      // 50).
      const late = await lateness(
        { unit: 1, base: 32, digits: 3 },
        [0, 1, 31, 32, 33, 63, 64, 1023, 1024, 1025, 1056, 2048],
      );
      expect(Math.min(...late)).toBeGreaterThan(-CLOCKS);
      expect(Math.max(...late)).toBeLessThan(2000);
    });

    it('goes round again for what is longer than its range', async () => {
      const [late = 0] = await lateness({ unit: 1, base: 32, digits: 2 }, [3500]);
      expect(late).toBeGreaterThan(-CLOCKS);
      expect(late).toBeLessThan(3000);
    });

    it('goes round again for a retry that is longer than its range', async () => {
      const { broker, collect } = await openTrial(url, { levels: { unit: 1, base: 32, digits: 1 } });
      const at: number[] = [];
      const seen = await collect(({ attempt }) => {
        at.push(performance.now());
        return attempt < 3 ? retry('later', 300) : { kind: 'ack' };
      });
      await broker.publish([message('a')]);
      await until(() => expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 3]));
      const [first = 0, second = 0, third = 0] = at;
      expect(Math.min(second - first, third - second)).toBeGreaterThan(300 - CLOCKS);
    });

    it('lasts as long as a fast clock says', async () => {
      const begun = performance.now();
      const fast = { rate: 100, now: () => (performance.now() - begun) * 100 };
      const { broker, collect } = await openTrial(url, { clock: fast });
      const seen = await collect();
      await broker.publish([message('a', { exchange: 'delay', delay: 60_000 })]);
      await until(() => expect(seen).toHaveLength(1));
      expect(performance.now() - begun).toBeGreaterThan(600 - CLOCKS);
    });

    it('counts what comes out for a queue that is gone', async () => {
      const prefix = `gone-${process.pid}.`;
      const wider = {
        ...topology,
        queues: [...topology.queues, { name: 'gone', bindings: [], retry: { attempts: 1, backoff: [] } }],
      };
      const lost: string[] = [];
      const { broker } = await openTrial(url, {
        prefix,
        topology: wider,
        observe: { unroutable: ({ id }) => lost.push(id) },
      });
      await broker.publish([message('a', { exchange: 'delay', key: 'gone', delay: 300 })]);
      const { connect } = await import('amqplib');
      const model = await connect(url);
      const channel = await model.createChannel();
      await channel.deleteQueue(createNames(prefix).own('gone'));
      await model.close();
      await until(() => expect(lost).toEqual(['a']));
    });
  });
