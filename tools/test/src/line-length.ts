import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.ts';

/**
 * Finds the lines of TypeScript that are longer than the formatter's 110 characters: the formatter itself
 * lets comments and literals pass. What cannot be broken may stand longer: a literal with no space in 60
 * characters, a regular expression, and in tests their titles and data. Exits 1 if there is any other.
 */
const LONGEST = 110;
const UNBREAKABLE = [/\S{60}/, /^\s*\/.*\/[a-z]*[,;]?$/];
const IN_TESTS = /^(?!\s*(?:\/\/|\/?\*)).*['"`<{]/;
const isTest = (file: string): boolean => /\.test\.ts$|\/(?:contract|testing)\/|^tests\//.test(file);

const mayBeLong = (line: string, file: string): boolean =>
  UNBREAKABLE.some((form) => form.test(line)) || (isTest(file) && IN_TESTS.test(line));

const files = execFileSync('git', ['ls-files', '*.ts'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
const tooLong = files.flatMap((file) =>
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
    .filter(({ line }) => [...line].length > LONGEST && !mayBeLong(line, file)),
);
for (const { place, line } of tooLong)
  process.stderr.write(`${place}: ${[...line].length} characters, at most ${LONGEST}\n`);
process.exitCode = tooLong.length === 0 ? 0 : 1;
