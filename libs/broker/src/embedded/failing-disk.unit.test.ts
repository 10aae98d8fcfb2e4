import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ack, retry } from '../verdict.ts';
import { openTrial, type Trial, toQueue } from './testing/trial.ts';

const until = (assertion: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(assertion, { timeout: 5000, interval: 1 });

describe('when the disk is full', () => {
  let trial: Trial;
  let faults: string[];
  let unconfirmed: string[];
  let settled: string[];
  beforeEach(async () => {
    faults = [];
    unconfirmed = [];
    settled = [];
    trial = await openTrial(
      { attempts: 3, backoff: [1] },
      {
        fault: ({ message }) => faults.push(message),
        settled: ({ id }, { kind }) => settled.push(`${id} ${kind}`),
        unconfirmed: (exchange, count) => unconfirmed.push(`${exchange} ${count}`),
      },
    );
  });
  afterEach(() => trial.end());

  const depth = () => trial.broker().depth('q');
  const publish = (...ids: string[]) => trial.broker().publish(ids.map((id) => toQueue(id)));

  it('a publish rejects and leaves nothing, and the next one is taken', async () => {
    trial.database().fail(1);
    await expect(publish('a', 'b')).rejects.toThrow('The disk is full');
    expect(unconfirmed).toHaveLength(1);
    expect(unconfirmed[0]).toMatch(/ 2$/);
    expect(await depth()).toEqual({ ready: 0, inFlight: 0, delayed: 0, dead: 0 });
    await publish('c');
    const seen: string[] = [];
    await trial.broker().consume('q', { prefetch: 5 }, async ({ id, attempt }) => {
      seen.push(`${id} ${attempt}`);
      return ack;
    });
    await until(() => expect(settled).toEqual(['c ack']));
    expect(seen).toEqual(['c 1']);
  });

  it('a message that comes afterwards is not taken for one that was there before', async () => {
    const consumer = await trial.broker().consume('q', { prefetch: 5 }, async () => ack);
    await publish('a', 'b', 'c');
    await until(() => expect(settled).toHaveLength(3));
    await consumer.stop();
    trial.database().fail(1);
    await expect(publish('d')).rejects.toThrow();
    await publish('e');
    await trial.broker().consume('q', { prefetch: 5 }, async () => ack);
    await until(() => expect(settled.at(-1)).toBe('e ack'));
  });

  it('nobody is handed what could not be marked as handed over; it comes once the disk has room', async () => {
    await publish('a', 'b');
    trial.database().fail(3);
    const seen: string[] = [];
    await trial.broker().consume('q', { prefetch: 1 }, async ({ id, attempt }) => {
      seen.push(`${id} ${attempt}`);
      return ack;
    });
    await until(() => expect(settled).toEqual(['a ack', 'b ack']));
    expect(seen).toEqual(['a 1', 'b 1']);
    expect(faults).toEqual(Array(3).fill('The disk is full'));
  });

  it('verdicts are kept and written later, once', async () => {
    let handled = 0;
    await trial.broker().consume('q', { prefetch: 5 }, async () => {
      handled += 1;
      trial.database().fail(2);
      return ack;
    });
    await publish('a');
    await until(() => expect(settled).toEqual(['a ack']));
    expect(faults).toHaveLength(2);
    expect(handled).toBe(1);
    expect(await depth()).toEqual({ ready: 0, inFlight: 0, delayed: 0, dead: 0 });
  });

  it('what is due then comes later', async () => {
    const seen: string[] = [];
    await trial.broker().consume('q', { prefetch: 5 }, async ({ id }) => {
      seen.push(id);
      return ack;
    });
    await trial.broker().publish([toQueue('a', { exchange: 'delay', key: 'q', delay: 20 })]);
    trial.database().fail(3);
    await until(() => expect(seen).toEqual(['a']));
    expect(faults).toHaveLength(3);
  });

  it('a batch that could not be marked comes later', async () => {
    await publish('a', 'b', 'c');
    trial.database().fail(2);
    const batches: string[][] = [];
    const options = { prefetch: 10, size: 10, wait: 1 };
    await trial.broker().consumeBatch('q', options, async (deliveries) => {
      batches.push(deliveries.map(({ id }) => id));
      return deliveries.map(() => ack);
    });
    await until(() => expect(settled).toHaveLength(3));
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('the broker says that it is not ready, until it can write again', async () => {
    await trial.broker().ping();
    trial.database().fail(1);
    await expect(publish('a')).rejects.toThrow();
    await expect(trial.broker().ping()).rejects.toThrow('The disk is full');
    await publish('b');
    await trial.broker().ping();
  });

  it('closing gives up a verdict that cannot be written; the message comes again after the next start', async () => {
    const handled = Promise.withResolvers<void>();
    await trial.broker().consume('q', { prefetch: 1 }, async () => {
      trial.database().fail(Number.POSITIVE_INFINITY);
      handled.resolve();
      return retry('busy');
    });
    await publish('a');
    await handled.promise;
    await until(() => expect(faults.length).toBeGreaterThan(1));
    await trial.broker().close();
    await trial.crash();
    expect(await depth()).toMatchObject({ ready: 1, inFlight: 0 });
    expect(settled).toEqual([]);
  });
});
