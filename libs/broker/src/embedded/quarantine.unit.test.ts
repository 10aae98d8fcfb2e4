import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ack, type Verdict } from '../verdict.ts';
import { openTrial, type Trial, toQueue } from './testing/trial.ts';

const LIVES = 3;

describe('a message that kills the process', () => {
  let trial: Trial;
  beforeEach(async () => {
    trial = await openTrial({ attempts: 5, backoff: [1] });
  });
  afterEach(() => trial.end());

  /**
   * One life of the process: it ends when the killer is handed over. Returns how many messages were with
   * handlers then.
   */
  const live = async (batch: boolean): Promise<number> => {
    const killed = Promise.withResolvers<number>();
    let running = 0;
    const handle = async ({ id }: { id: string }): Promise<Verdict> => {
      running += 1;
      // When all that came together are counted.
      await turn();
      if (id === 'killer') killed.resolve(running);
      await turn();
      running -= 1;
      return ack;
    };
    const options = { prefetch: 10, size: 10, wait: 1 };
    if (batch) await trial.broker().consumeBatch('q', options, (all) => Promise.all(all.map(handle)));
    else await trial.broker().consume('q', options, handle);
    const company = await killed.promise;
    await trial.crash();
    return company;
  };

  it.each([
    ['one by one', false],
    ['in batches', true],
  ])('ends as a dead letter and takes none of its neighbours along, consumed %s', async (_, batch) => {
    const neighbours = Array.from({ length: 30 }, (_, n) => `n${n}`);
    const ids = [...neighbours.slice(0, 5), 'killer', ...neighbours.slice(5)];
    await trial.broker().publish(ids.map((id) => toQueue(id)));
    const company: number[] = [];
    for (let lives = 0; lives < LIVES; lives += 1) company.push(await live(batch));

    // What was with handlers when the process died comes one by one.
    expect(company).toEqual([10, 1, 1]);
    const { items } = await trial.broker().deadLetters('q', { limit: 100 });
    expect(items.map(({ id, attempt }) => [id, attempt])).toEqual([['killer', LIVES]]);
  });

  it('is all that is slowed down: what comes after those under suspicion is handed over together again', async () => {
    await trial.broker().publish([toQueue('killer')]);
    await live(false);
    await live(false);
    await trial.broker().publish(Array.from({ length: 10 }, (_, n) => toQueue(`n${n}`)));
    let [running, most] = [0, 0];
    const besides: number[] = [];
    const seen: string[] = [];
    await trial.broker().consume('q', { prefetch: 10 }, async ({ id }) => {
      seen.push(id);
      running += 1;
      most = Math.max(most, running);
      for (let turns = 0; turns < 3; turns += 1) await turn();
      if (id === 'killer') besides.push(running);
      running -= 1;
      return ack;
    });
    while (seen.length < 11) await turn();
    expect(seen[0]).toBe('killer');
    expect(besides).toEqual([1]);
    expect(most).toBe(10);
  });
});
