import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processEnvironment, root } from '@herald/harness';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

/** The shell blocks of a section of the README. */
function blocksOf(readme: string, section: string): string[] {
  const from = readme.indexOf(`\n## ${section}\n`);
  const to = readme.indexOf('\n## ', from + 1);
  return [...readme.slice(from, to).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
}

const [start, ...blocks] = blocksOf(await readFile(join(root, 'README.md'), 'utf8'), 'Your first campaign');

let folder: string;
let dev: ChildProcess;
let terminal = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'herald-readme-'));
  // The command behind `make dev`, in a temporary folder.
  dev = spawn(process.execPath, [join(root, 'tools/demo/src/dev.ts')], {
    env: { ...processEnvironment(), DATA_DIR: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  dev.stdout?.setEncoding('utf8').on('data', (text: string) => {
    terminal += text;
  });
  await vi.waitFor(() => expect(terminal).toContain('Herald runs.'), { timeout: 60_000 });
}, 70_000);

afterAll(async () => {
  if (dev.exitCode === null) {
    dev.kill('SIGTERM');
    await once(dev, 'close');
  }
  await rm(folder, { recursive: true, force: true });
});

test('the first campaign starts with `make dev`, which runs the command of this test', async () => {
  expect(start).toBe('make dev\n');
  expect(await readFile(join(root, 'Makefile'), 'utf8')).toMatch(
    /^dev:.*\n\t@\$\(NODE\) tools\/demo\/src\/dev\.ts$/m,
  );
});

test('the commands of the README, in their order, end in a mail and in the reason why it was sent', async () => {
  const shell = spawn('sh', ['-eu'], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  const [ask, ...before] = blocks.toReversed();
  shell.stdin.write(before.toReversed().join('\n'));
  await vi.waitFor(() => expect(terminal).toContain('Subject: Welcome, Ada'), { timeout: 60_000 });
  expect(terminal).toContain('To: ada@example.com');
  expect(terminal).toContain('https://example.com/new');

  // Asked until it is there: the timeline follows the mail by a moment.
  await vi.waitFor(
    async () => {
      const from = printed.length;
      shell.stdin.write(`${ask}\necho asked\n`);
      await vi.waitFor(() => expect(printed.slice(from)).toContain('asked'));
      const answer = printed.slice(from);
      expect(answer).toContain('entered trial-onboarding');
      expect(answer).toContain('"type":"email.sent"');
      expect(answer).toContain('"stepId":"first-project"');
    },
    { timeout: 30_000, interval: 500 },
  );
  shell.stdin.end();
  const [code] = await once(shell, 'close');
  expect(code, printed).toBe(0);
  expect(printed).not.toMatch(/"status":4\d\d/);
});

test('a second process on the same data says in one line that the first runs', async () => {
  const second = spawn(process.execPath, [join(root, 'tools/demo/src/dev.ts')], {
    env: { ...processEnvironment(), DATA_DIR: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [second.stdout, second.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const [code] = await once(second, 'close');
  expect(code).toBe(1);
  expect(said.trim().split('\n')).toEqual([expect.stringMatching(/^Herald already runs on .*http:/)]);
});
