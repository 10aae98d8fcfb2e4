import { expect, test } from 'vitest';
import { createConcurrencyLimit } from './concurrency.ts';

test('a workspace with much to send takes turns with others, and keeps its own order', async () => {
  const limited = createConcurrencyLimit(2);
  const order: string[] = [];
  const send = (workspace: string, name: string) => limited(workspace, async () => order.push(name));
  await Promise.all([
    ...Array.from({ length: 20 }, (_, n) => send('big', `big${n}`)),
    ...Array.from({ length: 3 }, (_, n) => send('small', `small${n}`)),
  ]);
  expect(order.indexOf('small2')).toBeLessThan(10);
  expect(order.filter((name) => name.startsWith('big'))).toEqual(
    Array.from({ length: 20 }, (_, n) => `big${n}`),
  );
});

test('no more jobs run at once than allowed, and a failed one makes room', async () => {
  const limited = createConcurrencyLimit(2);
  let running = 0;
  let most = 0;
  const work = async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    throw new Error('no');
  };
  const all = await Promise.allSettled(Array.from({ length: 9 }, (_, n) => limited(`w${n % 3}`, work)));
  expect(all.every(({ status }) => status === 'rejected')).toBe(true);
  expect(most).toBe(2);
});
