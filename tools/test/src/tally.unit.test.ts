import { expect, test } from 'vitest';
import { closingLine, type FileReport, tally } from './tally.ts';

const file = (status: string, ...tests: string[]): FileReport => ({
  name: 'some.unit.test.ts',
  status,
  message: '',
  assertionResults: tests.map((outcome) => ({ status: outcome })),
});

test('tests are counted by outcome over all files', () => {
  const files = [file('passed', 'passed', 'passed', 'skipped'), file('failed', 'failed', 'passed', 'todo')];
  expect(tally(files)).toEqual({ passed: 3, failed: 1, skipped: 2 });
});

test('a file that did not load is a failure, though it has no failing test', () => {
  expect(tally([file('failed'), file('passed', 'passed')])).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test('a file whose hook threw is a failure, though its tests were only skipped', () => {
  expect(tally([file('failed', 'skipped', 'skipped')])).toEqual({ passed: 0, failed: 1, skipped: 2 });
});

test('a status nobody knows is a failure', () => {
  expect(tally([file('passed', 'passed', 'exploded')])).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test('the closing line names the skipped only where there are any', () => {
  expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
  expect(closingLine({ passed: 12, failed: 1, skipped: 3 })).toBe('12 passed, 1 failed, 3 skipped');
});
