import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EVENT_SCHEMA } from './event.ts';
import { UnknownSchemaError, upcast } from './upcast.ts';

const folder = new URL('./golden/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.startsWith('event-schema-'));
const golden = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));

test('every shape that was ever written has its golden file', () => {
  const expected = Array.from({ length: EVENT_SCHEMA }, (_, index) => `event-schema-${index + 1}.json`);
  expect(files.toSorted()).toEqual(expected.toSorted());
});

test.each(files)('%s reads as today’s shape', (file) => {
  const { stored, today } = golden(file);
  expect(upcast(stored)).toEqual(today);
  expect(upcast(stored).schema).toBe(EVENT_SCHEMA);
});

test.each([0, EVENT_SCHEMA + 1])('shape %i is refused, not guessed', (schema) => {
  const { stored } = golden('event-schema-1.json');
  expect(() => upcast({ ...stored, schema })).toThrow(UnknownSchemaError);
});
