import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The Debian mirror that apt uses on this machine; undefined on other systems. */
export async function findMirror(): Promise<string | undefined> {
  const known = await ask();
  if (known !== undefined) return known;
  // A fresh container has no lists yet.
  await run('apt-get', ['-qq', 'update'], { timeout: 240_000 }).catch(() => {});
  return ask();
}

async function ask(): Promise<string | undefined> {
  const args = ['indextargets', '--format', '$(ORIGIN) $(LABEL) $(REPO_URI)'];
  const { stdout } = await run('apt-get', args).catch(() => ({ stdout: '' }));
  const line = stdout.split('\n').find((one) => one.startsWith('Debian Debian '));
  return line?.split(' ')[2];
}
