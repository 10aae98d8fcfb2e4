import { execFile } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOrInstall, type Unavailable } from './find-or-install.ts';
import { findMirror } from './mirror.ts';
import { onPath } from './on-path.ts';
import { buildOnce, cacheFolder } from './once.ts';

const run = promisify(execFile);
/** ms to build a folder. */
const BUILD = 600_000;

/**
 * A folder with a small Debian of another release (`trixie`, `sid`) and a package in it, to run servers newer
 * than this machine's. Built once into the user's cache folder, in about a minute, from the mirror that apt
 * uses here; only as root on Debian. Starts nothing. Never rejects: `unavailable` says why there is none.
 */
export async function debianFolder(release: string, debianPackage: string): Promise<string | Unavailable> {
  const what = `${debianPackage} of Debian ${release}`;
  if (process.getuid?.() !== 0) return { unavailable: `no ${what}: it takes root to make a folder of it` };
  try {
    return await buildOnce(join(cacheFolder(), 'debian', `${release}-${debianPackage}`), async (draft) => {
      const debootstrap = await findOrInstall('debootstrap', () => onPath('debootstrap', ['/usr/sbin']));
      if (typeof debootstrap !== 'string') throw new Error(debootstrap.unavailable);
      const mirror = await findMirror();
      if (mirror === undefined) throw new Error('there is no Debian mirror to take it from');
      process.stderr.write(`Building a folder with ${what} (400 MB, once on this machine; a minute or so)\n`);
      await rm(draft, { recursive: true, force: true });
      await mkdir(draft, { recursive: true });
      const args = ['--variant=minbase', `--include=${debianPackage}`, release, draft, mirror];
      await run(debootstrap, args, { timeout: BUILD, maxBuffer: 64 * 1024 * 1024 });
      // Without it Erlang asks a name server for localhost, and waits.
      await writeFile(join(draft, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
      await rm(join(draft, 'var/cache/apt/archives'), { recursive: true, force: true });
    });
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { unavailable: `no ${what}: ${why}` };
  }
}

/**
 * The path of a script, written beside the folder, that runs `program` inside the Debian folder: same process
 * id, temporary folder and environment, its own /proc.
 */
export async function programIn(folder: string, program: string): Promise<string> {
  const path = join(`${folder}.bin`, program.split('/').at(-1) ?? program);
  const script = [
    '#!/bin/sh',
    `exec unshare --mount -- sh -c 'root=$1 tmp=$2 program=$3; shift 3`,
    'mkdir -p "$root$tmp"',
    'mount --bind "$tmp" "$root$tmp" && mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&',
    `exec chroot "$root" "$program" "$@"' - '${folder}' "\${TMPDIR:-/tmp}" '${program}' "$@"`,
    '',
  ];
  await mkdir(`${folder}.bin`, { recursive: true });
  // Whole at once: another process may be running it.
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, script.join('\n'), { mode: 0o755 });
  await rename(draft, path);
  return path;
}
