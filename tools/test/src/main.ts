import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run } from './run.ts';
import { closingLine, type FileReport, type Tally, tally } from './tally.ts';

/**
 * Runs every check of package.json, then every test. The last line is `N passed, N failed[, N skipped]`.
 * Arguments are paths or options for vitest; with any, the checks are left out. The exit code is 0 only if
 * something ran and nothing failed.
 */

const REPORT = '.tmp/vitest.json';
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function checks(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const failed: string[] = [];
  for (const [name, command] of Object.entries<string>(scripts)) {
    if (!name.startsWith('check:')) continue;
    say(`> ${name}: ${command}`);
    if ((await run(command)) !== 0) failed.push(name);
  }
  return failed;
}

async function tests(args: readonly string[]): Promise<Tally> {
  await rm(join(root, REPORT), { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  const code = await run(process.execPath, [vitest, 'run', ...reporters, ...args]);
  const report = await readFile(join(root, REPORT), 'utf8').catch(() => '{"testResults":[]}');
  const files: FileReport[] = JSON.parse(report).testResults;
  for (const file of files) {
    const unrun = file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed');
    if (unrun) say(`did not run: ${file.name}: ${file.message.split('\n')[0] ?? ''}`);
  }
  const counted = tally(files);
  if (counted.failed > 0 || (code === 0 && counted.passed > 0)) return counted;
  say(counted.passed === 0 ? 'no test ran' : `the test runner itself ended with code ${code}`);
  return { ...counted, failed: 1 };
}

const args = process.argv.slice(2);
const failedChecks = args.length === 0 ? await checks() : [];
const counted = await tests(args);
for (const name of failedChecks) say(`check failed: ${name}`);
const total = { ...counted, failed: counted.failed + failedChecks.length };
say(closingLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;
