import { expect, test } from 'vitest';
import { createByteBudget, type Taken } from './byte-budget.ts';

/** Who has taken, in order. */
function stage(limits: { total: number; share: number }) {
  const budget = createByteBudget(limits);
  const order: string[] = [];
  const taken = new Map<string, Taken>();
  const take = (name: string, workspace: string, bytes: number) =>
    void budget.take(workspace, bytes).then((one) => {
      order.push(name);
      taken.set(name, one);
    });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { order, taken, take, settle };
}

test('no more than the total is taken, in the order of asking', async () => {
  const { order, taken, take, settle } = stage({ total: 10, share: 10 });
  take('a', 'x', 6);
  take('b', 'y', 6);
  take('c', 'z', 1);
  await settle();
  // A small one does not overtake for ever.
  expect(order).toEqual(['a']);
  taken.get('a')?.keep(4);
  await settle();
  expect(order).toEqual(['a', 'b']);
  taken.get('a')?.keep(0);
  taken.get('a')?.keep(0);
  await settle();
  expect(order).toEqual(['a', 'b', 'c']);
});

test('a workspace that has its share waits for its own, and others go first', async () => {
  const { order, taken, take, settle } = stage({ total: 10, share: 5 });
  take('a', 'x', 5);
  take('b', 'x', 5);
  take('c', 'y', 5);
  await settle();
  expect(order).toEqual(['a', 'c']);
  taken.get('a')?.keep(0);
  await settle();
  expect(order).toEqual(['a', 'c', 'b']);
});
