import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Unavailable } from './find-or-install.ts';
import { findMirror } from './mirror.ts';
import { buildOnce, cacheFolder } from './once.ts';

const run = promisify(execFile);
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const TIMEOUT = 240_000;

/**
 * Unpacks packages of another Debian release, such as `sid`, from the mirror that apt uses here, once into
 * the user's cache folder. Installs nothing, ignores dependencies, needs no root. Resolves with the folder
 * that stands for `/`. Never rejects: `unavailable` says what is missing.
 */
export async function unpackNewer(
  suite: string,
  packages: readonly string[],
): Promise<{ folder: string } | Unavailable> {
  const path = join(cacheFolder(), 'debian', `${suite}-${packages.join('+')}`);
  try {
    const folder = await buildOnce(path, async (draft) => {
      const mirror = await findMirror();
      if (mirror === undefined) throw new Error('there is no Debian mirror to take it from');
      const scratch = await mkdtemp(`${path}.`);
      try {
        await unpack({ mirror, suite, packages, scratch });
        await rename(join(scratch, 'root'), draft);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    });
    return { folder };
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { unavailable: `${packages.join(', ')} of Debian ${suite} could not be fetched: ${why}` };
  }
}

interface Unpacking {
  readonly mirror: string;
  readonly suite: string;
  readonly packages: readonly string[];
  readonly scratch: string;
}

async function unpack({ mirror, suite, packages, scratch }: Unpacking): Promise<void> {
  const sources = join(scratch, 'sources.list');
  await writeFile(sources, `deb [signed-by=${KEYRING}] ${mirror} ${suite} main\n`);
  // Its own lists and cache: the machine's apt stays as it is.
  const settings = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(scratch, 'lists'),
    'Dir::Cache': join(scratch, 'cache'),
    'APT::Sandbox::User': process.getuid?.() === 0 ? 'root' : '',
  };
  await Promise.all(['lists', 'cache'].map((name) => mkdir(join(scratch, name))));
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await run('apt-get', ['-qq', ...options, 'update'], { timeout: TIMEOUT });
  await run('apt-get', ['-qq', ...options, 'download', ...packages], { timeout: TIMEOUT, cwd: scratch });
  for (const file of await readdir(scratch)) {
    if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', join(scratch, file), join(scratch, 'root')]);
  }
}
