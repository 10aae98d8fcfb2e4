import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@herald/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inOrder } from '../playing/play.ts';
import { readEvents } from './events-file.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'herald-events-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function events(name: string, ...lines: string[]) {
  const file = join(dir, name);
  await writeFile(file, lines.join('\n'));
  return readEvents(file);
}

const at = (time: string): string => JSON.stringify({ type: 'a.b', occurredAt: `2026-01-01T${time}Z` });
const clock = (time: string): number => Date.parse(`2026-01-01T${time}Z`);

test('an event arrives when it happened, a late one and one without a time when the line before it did', async () => {
  const { lines } = await events('a.jsonl', at('10:00'), at('08:00'), '{"type":"a.b"}', '', at('11:00'));
  expect(lines.map(({ line, arrives }) => [line, arrives])).toEqual([
    [1, clock('10:00')],
    [2, clock('10:00')],
    [3, clock('10:00')],
    [5, clock('11:00')],
  ]);
});

test('a line that is no JSON is named with its number, and kept to be sent as it is', async () => {
  const { lines, faults } = await events('b.jsonl', at('10:00'), '{"type":');
  expect(faults).toMatchObject([{ line: 2 }]);
  expect(lines[1]?.text).toBe('{"type":');
});

test('a file without events is a fault', async () => {
  const { faults } = await events('c.jsonl', '', '  ');
  expect(faults).toMatchObject([{ reason: 'has no events' }]);
});

test('what arrives from two sides is merged by time, and neither side changes its order', async () => {
  const one = (await events('d.jsonl', at('10:00'), at('09:00'), at('12:00'))).lines;
  const two = (await events('e.jsonl', at('09:30'), at('11:00'))).lines;
  const api = createClient('http://127.0.0.1');
  const acts = inOrder(
    one.map((line) => ({ kind: 'event' as const, api, ...line })),
    two.map((line) => ({ kind: 'event' as const, api, ...line })),
  );
  const seen = acts.map((act) => act.kind === 'event' && `${act.file.at(-7)}${act.line}`);
  expect(seen).toEqual(['e1', 'd1', 'd2', 'e2', 'd3']);
});
