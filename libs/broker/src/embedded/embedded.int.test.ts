import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@herald/domain';
import { openDatabase } from '@herald/sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Broker, BrokerObserver, Delivery, OutMessage } from '../broker.ts';
import { brokerContract } from '../contract-suite.ts';
import type { Topology } from '../topology.ts';
import { ack, drop, retry, type Verdict } from '../verdict.ts';
import { openEmbeddedBroker } from './open.ts';
import { openHarness, wallClock } from './testing/harness.ts';

brokerContract('the embedded broker', openHarness);

const HOUR = 3_600_000;

const topologyOf = (...names: string[]): Topology => ({
  exchanges: [
    { name: 'e', type: 'topic' },
    { name: 'delay', type: 'delay' },
  ],
  queues: names.map((name) => ({
    name,
    bindings: [{ exchange: 'e', key: name }],
    retry: { attempts: 3, backoff: [60] },
  })),
});
const message = (id: string, over: Partial<OutMessage> = {}): OutMessage => ({
  exchange: 'e',
  key: 'q',
  id,
  body: id,
  ...over,
});
const messages = (n: number, over: Partial<OutMessage> = {}): OutMessage[] =>
  Array.from({ length: n }, (_, i) => message(String(i), over));
const until = (assertion: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(assertion, { interval: 5 });

describe('a broker in one file', () => {
  let folder: string;
  let file: string;
  const opened: Broker[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'herald-embedded-'));
    file = join(folder, 'broker.db');
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((broker) => broker.close()));
    await rm(folder, { recursive: true });
  });

  const open = async (
    over: { topology?: Topology; clock?: Clock; observer?: BrokerObserver } = {},
  ): Promise<Broker> => {
    const broker = await openEmbeddedBroker({ file, topology: topologyOf('q'), clock: wallClock, ...over });
    opened.push(broker);
    return broker;
  };
  /** Consumes `q`, and keeps what came. */
  const collect = async (
    broker: Broker,
    prefetch = 1,
    verdict: (delivery: Delivery) => Verdict = () => ack,
  ): Promise<Delivery[]> => {
    const seen: Delivery[] = [];
    await broker.consume('q', { prefetch }, async (delivery) => {
      seen.push(delivery);
      return verdict(delivery);
    });
    return seen;
  };
  const count = (seen: unknown[], n: number): Promise<void> => until(() => expect(seen).toHaveLength(n));

  describe('on a fast clock', () => {
    const fastClock = (rate: number): Clock => {
      const start = Date.now();
      return { rate, now: () => start + (performance.timeOrigin + performance.now() - start) * rate };
    };

    it('delivers a delayed message when the clock says so', async () => {
      const clock = fastClock(10_000);
      const broker = await open({ clock });
      const late: number[] = [];
      const started = performance.now();
      await broker.consume('q', { prefetch: 10 }, async ({ body }) => {
        late.push(clock.now() - Number(body));
        return ack;
      });
      const delays = [10, 1, 5, 3].map((hours) => hours * HOUR);
      await broker.publish(
        delays.map((delay) => {
          const body = clock.now() + delay;
          return message('m', { exchange: 'delay', delay, body });
        }),
      );
      await count(late, 4);
      // Ten hours are 3.6 seconds of the wall, and a second late there is nearly three hours here.
      expect(performance.now() - started).toBeGreaterThan(3500);
      expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...late)).toBeLessThan(20_000_000);
    });

    it('waits for a retry as long as on any other clock', async () => {
      const broker = await open({ clock: fastClock(10_000) });
      const at: number[] = [];
      await collect(broker, 1, ({ attempt }) => {
        at.push(performance.now());
        return attempt === 1 ? retry('busy') : attempt === 2 ? retry('limit', 150) : ack;
      });
      await broker.publish([message('m')]);
      await count(at, 3);
      const [first = 0, second = 0, third = 0] = at;
      expect(second - first).toBeGreaterThan(58);
      expect(third - second).toBeGreaterThan(148);
    });
  });

  describe('whose topology changed', () => {
    it('keeps what a vanished queue holds, says so, and has it when the queue is back', async () => {
      const before = await open({ topology: topologyOf('q', 'old') });
      await before.consume('old', { prefetch: 1 }, async ({ id }) =>
        id === '0' ? drop('bad') : retry('x', HOUR),
      );
      await before.publish([...messages(2, { key: 'old' }), ...messages(2, { key: 'q' })]);
      await before.publish([message('d', { exchange: 'delay', key: 'old', delay: 1 })]);
      await until(async () => expect(await before.depth('old')).toMatchObject({ delayed: 2, dead: 1 }));
      await before.close();

      const faults: string[] = [];
      const without = await open({ observer: { fault: ({ message: text }) => faults.push(text) } });
      expect(faults).toEqual(['Queue old is not declared any more; its 3 messages are kept']);
      await without.publish([message('x', { key: 'old' })]);
      await count(await collect(without), 2);
      await without.close();

      const after = await open({ topology: topologyOf('new', 'old', 'q') });
      expect(await after.depth('old')).toEqual({ ready: 0, inFlight: 0, delayed: 2, dead: 1 });
      expect(await after.depth('new')).toEqual({ ready: 0, inFlight: 0, delayed: 0, dead: 0 });
    });

    it('is refused when it contradicts itself', async () => {
      const [queue] = topologyOf('q').queues;
      if (queue === undefined) throw new Error('no queue');
      const twice = { ...topologyOf('q'), queues: [queue, queue] };
      await expect(open({ topology: twice })).rejects.toThrow('twice');
      await expect(open({ topology: { exchanges: [], queues: [queue] } })).rejects.toThrow(
        'unknown exchange e',
      );
      // The file is free again.
      await open();
    });
  });

  it('is open to one at a time', async () => {
    await open();
    await expect(open()).rejects.toThrow('only one process may have it open');
  });

  it('of a later version is refused', async () => {
    const database = openDatabase(file);
    database.exec('PRAGMA user_version = 99');
    await database.close();
    await expect(open()).rejects.toThrow('version 99');
  });

  it('keeps the order through a backlog far larger than what it holds in memory', async () => {
    const broker = await open();
    const all = messages(6000);
    await broker.publish(all.slice(0, 4000));
    const seen = await collect(broker, 50);
    for (let n = 4000; n < 6000; n += 100) await broker.publish(all.slice(n, n + 100));
    await count(seen, 6000);
    expect(seen.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  it('keeps the order through a backlog of large messages', async () => {
    const broker = await open();
    const body = 'x'.repeat(3 * 1024 * 1024);
    for (const one of messages(20, { body })) await broker.publish([one]);
    const sizes: number[] = [];
    const seen: string[] = [];
    await broker.consumeBatch('q', { size: 15, prefetch: 15, wait: HOUR }, async (deliveries) => {
      sizes.push(deliveries.length);
      seen.push(...deliveries.map(({ id }) => id));
      return deliveries.map(() => ack);
    });
    // More than one batch's worth lies there; it does not wait for what cannot come into memory together.
    await until(() => expect(seen.length).toBeGreaterThanOrEqual(15));
    expect(Math.max(...sizes)).toBeLessThan(15);
    expect(seen).toEqual(messages(seen.length).map(({ id }) => id));
  });

  it('hands over as many large messages as are wanted, though they do not come into memory together', async () => {
    const broker = await open();
    const body = 'x'.repeat(3 * 1024 * 1024);
    for (const one of messages(14, { body })) await broker.publish([one]);
    const gate = Promise.withResolvers<Verdict>();
    const seen: string[] = [];
    await broker.consume('q', { prefetch: 12 }, ({ id }) => {
      seen.push(id);
      return gate.promise;
    });
    await count(seen, 12);
    gate.resolve(ack);
    await count(seen, 14);
  });

  it('gives ids, keys and bodies back as they were, whatever is in them', async () => {
    const strange = { id: 'a\u0000"\'; DROP TABLE ready --', key: 'q', body: { __proto__x: '\u0000\ud800' } };
    const before = await open();
    await before.publish([message('', strange)]);
    await before.close();
    const [delivery] = await collectOne(await open());
    expect(delivery).toMatchObject(strange);
  });
  const collectOne = async (broker: Broker): Promise<Delivery[]> => {
    const seen = await collect(broker);
    await count(seen, 1);
    return seen;
  };

  it('goes on delivering when its observer throws', async () => {
    const warnings: string[] = [];
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation((text) => {
      warnings.push(String(text));
    });
    const fail = (): never => {
      throw new Error('metrics are down');
    };
    const observer = { settled: fail, dead: fail, unroutable: fail, published: fail, fault: fail };
    const broker = await open({ observer });
    const seen = await collect(broker, 1, ({ id }) => (id === '1' ? drop('bad') : ack));
    await broker.publish([message('nobody', { key: 'nobody' }), ...messages(5)]);
    await count(seen, 5);
    await until(async () =>
      expect(await broker.depth('q')).toEqual({ ready: 0, inFlight: 0, delayed: 0, dead: 1 }),
    );
    // unroutable, published, five settled, one dead
    await until(() => expect(warnings).toHaveLength(8));
    expect(warnings[0]).toContain('metrics are down');
    warn.mockRestore();
  });

  it.each([
    ['nothing', undefined],
    ['what is no verdict', { kind: 'yes' }],
  ])('takes a handler that answers %s for one that means retry', async (_, answer) => {
    const reasons: string[] = [];
    const broker = await open({
      observer: { settled: (_, verdict) => reasons.push(verdict.kind === 'retry' ? verdict.reason : '') },
    });
    await collect(broker, 1, ({ attempt }) => (attempt === 1 ? (answer as unknown as Verdict) : ack));
    await broker.publish([message('m')]);
    await until(() => expect(reasons).toEqual(['The handler gave no verdict', '']));
  });

  it('takes a wait that is no number for none, and one that is past for now', async () => {
    const broker = await open();
    const waits = [Number.NaN, -1e9];
    const seen = await collect(broker, 1, ({ attempt }) =>
      attempt < 3 ? retry('x', waits[attempt - 1]) : ack,
    );
    await broker.publish([message('m')]);
    await count(seen, 3);
  });

  it('keeps a reason of any length short', async () => {
    const broker = await open();
    await collect(broker, 1, () => drop('x'.repeat(1_000_000)));
    await broker.publish([message('m')]);
    await until(async () => expect((await broker.depth('q')).dead).toBe(1));
    const { items } = await broker.deadLetters('q', { limit: 1 });
    expect(items[0]?.reason).toBe('x'.repeat(1000));
  });

  it('puts very many dead letters back, and those that die again only once', async () => {
    const broker = await open();
    await collect(broker, 100, () => drop('bad'));
    await broker.publish(messages(1300));
    await until(async () => expect((await broker.depth('q')).dead).toBe(1300));
    expect(await broker.replayDeadLetters('q', { limit: 10_000 })).toBe(1300);
    await until(async () => expect((await broker.depth('q')).dead).toBe(1300));
  });

  it('refuses a consumer that would take nothing', async () => {
    const broker = await open();
    for (const prefetch of [0, -1, Number.NaN])
      await expect(collect(broker, prefetch)).rejects.toThrow(RangeError);
  });
});
