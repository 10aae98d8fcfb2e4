import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { isInstalled, reasonOf, removeFolder, run, type Started, temporaryFolder } from './start.ts';

const SOURCE = join(import.meta.dirname, '..');
const START_TIMEOUT = 20_000;
const BUILD_TIMEOUT = 900_000;

/** FerretDB, of which our own `main.go` makes a server; it ends when we do, as that closes its standard input. */
export async function startFerret(): Promise<Started> {
  if (!(await isInstalled('go', 'version'))) return { unavailable: 'Go is not installed, to build FerretDB' };
  let program: string;
  try {
    program = await build();
  } catch (error) {
    return { unavailable: `FerretDB could not be built: ${reasonOf(error)}` };
  }
  const folder = await temporaryFolder();
  const child = spawn(program, [folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await gone;
    await removeFolder(folder);
  };
  const line = new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('error', reject);
    child.once('exit', () => reject(new Error('it ended')));
    setTimeout(() => reject(new Error('it says nothing')), START_TIMEOUT).unref();
  });
  try {
    return { uri: await line, stop };
  } catch (error) {
    child.kill();
    await removeFolder(folder);
    return { unavailable: `FerretDB did not start: ${reasonOf(error)}` };
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The program, built from these very sources: once on a machine, for all who ask at the same time. */
async function build(): Promise<string> {
  const sources = await Promise.all(
    ['main.go', 'go.mod', 'go.sum'].map((file) => readFile(join(SOURCE, file))),
  );
  const hash = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 16);
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'herald', 'mongodb');
  const program = join(folder, hash);
  await mkdir(folder, { recursive: true });
  if (await exists(program)) return program;
  return locked(`${program}.lock`, async () => {
    if (await exists(program)) return program;
    process.stderr.write('Building FerretDB, once on this machine; it may take minutes\n');
    const made = `${program}.${process.pid}`;
    await run('go', ['build', '-trimpath', '-o', made, '.'], { cwd: SOURCE, timeout: BUILD_TIMEOUT });
    await rename(made, program);
    return program;
  });
}

const BEAT = 2_000;

/** Runs work while nobody else on this machine does. The lock is a folder kept fresh; one that is not was left by a crash. */
async function locked<T>(lock: string, work: () => Promise<T>): Promise<T> {
  while (!(await acquire(lock))) await delay(200);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(lock, now, now).catch(() => {});
  }, BEAT);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(lock, { recursive: true, force: true });
  }
}

async function acquire(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const age = await stat(lock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > 5 * BEAT) await rm(lock, { recursive: true, force: true });
    return false;
  }
}
