import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const tests = execFileSync('git', ['ls-files', '*.test.ts', '*/contract/*.ts'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .map((file) => readFileSync(join(root, file), 'utf8'))
  .join('\n')
  // A long title is broken with `+`.
  .replace(/' \+\s*'/g, '')
  .replaceAll("\\'", "'");

const rows = readFileSync(join(root, 'docs/threats.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '));
const quoted = rows.flatMap((row) =>
  [...(row.split(' | ').at(-1) ?? '').matchAll(/\*([^*]+)\*/g)].map(([, title = '']) =>
    title.replaceAll('\\_', '_'),
  ),
);

test('the page of threats quotes tests', () => {
  expect(quoted.length).toBeGreaterThan(50);
});

test.each(quoted)('the page of threats quotes a test: %s', (title) => {
  expect(tests.includes(title)).toBe(true);
});
