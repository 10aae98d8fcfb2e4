import type { StoredEvent } from '@herald/domain';
import { expect, test } from 'vitest';
import { faultsOfLog } from './streams.ts';

const event = (id: string, stream: string, seq: number): StoredEvent => ({
  workspace: 'w',
  id,
  stream,
  seq,
  type: 'a.b',
  occurredAt: 0,
  receivedAt: 0,
  source: 'api',
  data: {},
  schema: 1,
  correlationId: id,
  depth: 0,
});
const logOf = (...events: StoredEvent[]) => ({
  async *scan() {
    yield events;
  },
});

test('a log whose streams count up from one is sound', async () => {
  const log = logOf(event('a', 'prospect/1', 1), event('b', 'prospect/2', 1), event('c', 'prospect/1', 2));
  expect(await faultsOfLog(log)).toEqual({ events: 3, faults: [] });
});

test.each([
  ['a gap', [event('a', 'prospect/1', 1), event('b', 'prospect/1', 3)], 'position 3 where 2 belongs'],
  ['a repeated position', [event('a', 'prospect/1', 1), event('b', 'prospect/1', 1)], 'position 1 where 2'],
  ['a missing beginning', [event('a', 'prospect/1', 2)], 'position 2 where 1 belongs'],
  [
    'the same event twice',
    [event('a', 'prospect/1', 1), event('a', 'prospect/1', 2)],
    'event a is in the log',
  ],
])('%s is reported', async (_what, events, said) => {
  const { faults } = await faultsOfLog(logOf(...events));
  expect(faults.join()).toContain(said);
});
