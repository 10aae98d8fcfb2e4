import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownerOf } from './owner.ts';
import { type Letter, searchDeadLetters } from './search.ts';

/** A broker with the letters of each queue, in order. It counts how many are read. */
function brokerWith(queues: Record<string, string[]>) {
  let looked = 0;
  const letters = new Map(
    Object.entries(queues).map(([queue, owners]) => [
      queue,
      owners.map(
        (workspace, index): Letter => ({
          queue,
          id: `${queue}${index}`,
          key: 'k',
          body: { workspace },
          attempt: 1,
          publishedAt: 0,
          reason: 'r',
          diedAt: 0,
          token: String(index),
        }),
      ),
    ]),
  );
  return {
    looked: () => looked,
    deadLetters: async (queue: string, { limit, after }: { limit: number; after?: string }) => {
      const from = after === undefined ? 0 : Number(after) + 1;
      const items = (letters.get(queue) ?? []).slice(from, from + limit);
      looked += items.length;
      return { items };
    },
  };
}

async function all(
  broker: ReturnType<typeof brokerWith>,
  queues: string[],
  workspace: string,
  limit: number,
) {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const { letters, next } = await searchDeadLetters(broker, { queues, workspace, limit, cursor });
    pages.push(letters.map(({ id }) => id));
    cursor = next;
  } while (cursor !== undefined && pages.length < 1_000);
  return pages;
}

describe('searchDeadLetters', () => {
  it('finds each letter of the workspace once, over all pages and queues, and none of another', async () => {
    const owners = fc.array(fc.constantFrom('acme', 'other'), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(owners, owners, fc.integer({ min: 1, max: 5 }), async (a, b, limit) => {
        const found = (await all(brokerWith({ a, b }), ['a', 'b'], 'acme', limit)).flat();
        const expected = [['a', a] as const, ['b', b] as const].flatMap(([queue, list]) =>
          list.flatMap((owner, index) => (owner === 'acme' ? [`${queue}${index}`] : [])),
        );
        expect(found).toEqual(expected);
      }),
    );
  });

  it('looks at a bounded number at once, however few of them are wanted', async () => {
    const broker = brokerWith({ a: [...Array.from({ length: 12_000 }, () => 'other'), 'acme'] });
    const first = await searchDeadLetters(broker, { queues: ['a'], workspace: 'acme', limit: 10 });
    expect(first.letters).toEqual([]);
    expect(first.next).toBeDefined();
    expect(broker.looked()).toBe(5_000);
    expect((await all(broker, ['a'], 'acme', 10)).flat()).toEqual(['a12000']);
  });

  it.each([
    '',
    'x',
    '!!',
    Buffer.from('{}').toString('base64url'),
    Buffer.from('{"queue":"b"}').toString('base64url'),
    Buffer.from('null').toString('base64url'),
    Buffer.from('{"queue":"a","after":{}}').toString('base64url'),
  ])('refuses %j as a cursor', async (cursor) => {
    const search = searchDeadLetters(brokerWith({ a: [] }), {
      queues: ['a'],
      workspace: 'acme',
      limit: 1,
      cursor,
    });
    await expect(search).rejects.toMatchObject({ status: 400, code: 'invalid_cursor' });
  });
});

describe('ownerOf', () => {
  it.each([
    [{ workspace: 'acme' }, 'acme'],
    [{ events: [{ workspace: 'acme' }, { workspace: 'acme' }] }, 'acme'],
    [{ events: [{ workspace: 'acme' }, { workspace: 'other' }] }, undefined],
    [{ events: [{ workspace: 'acme' }, {}] }, undefined],
    [{ events: [] }, undefined],
    [{ events: 'acme' }, undefined],
    [{ workspace: { $ne: 'x' } }, undefined],
    [{}, undefined],
    [[{ workspace: 'acme' }], undefined],
    ['acme', undefined],
    [null, undefined],
  ])('%j belongs to %s', (body, owner) => {
    expect(ownerOf(body)).toBe(owner);
  });
});
