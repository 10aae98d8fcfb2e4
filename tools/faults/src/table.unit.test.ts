import { expect, test } from 'vitest';
import { printed, type Row } from './table.ts';

const row: Row = {
  fault: 'it breaks',
  events: 1200,
  messages: 300,
  sent: 299,
  unknown: 1,
  lost: 0,
  doubled: 0,
  seconds: 12.4,
  verdict: 'ok',
  note: '',
};

test('the table is aligned, numbers to the right', () => {
  expect(printed([row, { ...row, fault: 'x', events: 7, verdict: 'bad', note: 'lost p1' }])).toBe(
    [
      '| fault     | events | messages | sent | unknown | lost | doubled | seconds | verdict | note    |',
      '|-----------|-------:|---------:|-----:|--------:|-----:|--------:|--------:|---------|---------|',
      '| it breaks |   1200 |      300 |  299 |       1 |    0 |       0 |      12 | ok      |         |',
      '| x         |      7 |      300 |  299 |       1 |    0 |       0 |      12 | bad     | lost p1 |',
    ].join('\n'),
  );
});
