import { MongoBulkWriteError } from 'mongodb';
import { expect, test } from 'vitest';
import { insertRows } from './insert.ts';
import { rowOf } from './rows.ts';

/** A collection that refuses each row as often as it says, by its id, and keeps the others. */
function refusing(codes: Record<string, number[]>) {
  const kept: string[] = [];
  const insertMany = async (rows: readonly { id: string }[], { ordered }: { ordered?: boolean } = {}) => {
    const writeErrors: { index: number; code: number }[] = [];
    for (const [index, { id }] of rows.entries()) {
      const code = codes[id]?.shift();
      if (code === undefined) kept.push(id);
      else writeErrors.push({ index, code });
      if (code !== undefined && ordered === true) break;
    }
    if (writeErrors.length === 0) return;
    const result = { getWriteConcernError: () => undefined };
    throw new MongoBulkWriteError(
      { message: 'bulk', code: writeErrors[0]?.code ?? 0, writeErrors: writeErrors as never },
      result as never,
    );
  };
  return { kept, insertMany: insertMany as never };
}

const rows = ['a', 'b', 'c', 'd'].map((id) => rowOf({ workspace: 'acme', id }, [], 'fields'));

test('in order, it goes on at the row that was refused just now', async () => {
  const collection = refusing({ b: [112, 112], d: [24] });
  expect(await insertRows(collection, rows, { ordered: true })).toEqual([]);
  expect(collection.kept).toEqual(['a', 'b', 'c', 'd']);
});

test('in order, it stops at a duplicate, also after a conflict', async () => {
  const collection = refusing({ b: [112], c: [11000] });
  expect(await insertRows(collection, rows, { ordered: true })).toEqual([2]);
  expect(collection.kept).toEqual(['a', 'b']);
});

test('without order, only what was refused just now is tried again', async () => {
  const collection = refusing({ a: [11000], b: [112], d: [112, 11000] });
  expect(await insertRows(collection, rows, { ordered: false })).toEqual([0, 3]);
  expect(collection.kept).toEqual(['c', 'b']);
});

test('any other refusal is an error, also beside one that would pass', async () => {
  const collection = refusing({ a: [121], b: [112] });
  await expect(insertRows(collection, rows, { ordered: false })).rejects.toThrow(MongoBulkWriteError);
});
