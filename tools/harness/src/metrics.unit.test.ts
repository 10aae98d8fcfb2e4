import { expect, test } from 'vitest';
import { parseMetrics } from './metrics.ts';

const metrics = parseMetrics(
  [
    '# HELP herald_queue_messages Messages in a queue.',
    '# TYPE herald_queue_messages gauge',
    'herald_queue_messages{queue="a.b",state="ready"} 3',
    'herald_queue_messages{queue="a.b",state="dead"} 1',
    'herald_queue_messages{queue="say \\"c\\"",state="ready"} 4',
    'herald_clock_rate 2.5e+4',
  ].join('\n'),
);

test('series are summed over the labels that are not named', () => {
  expect(metrics.sum('herald_queue_messages', { state: 'ready' })).toBe(7);
  expect(metrics.sum('herald_queue_messages', { queue: 'a.b' })).toBe(4);
  expect(metrics.sum('herald_clock_rate')).toBe(25_000);
  expect(metrics.sum('herald_nothing')).toBe(0);
});

test('each value of a label is listed once', () => {
  expect(metrics.values('herald_queue_messages', 'state')).toEqual(['ready', 'dead']);
});
