import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildOnce, cacheFolder } from '@herald/debian';
import { isInstalled, reasonOf, removeFolder, run, type Started, temporaryFolder } from './start.ts';

const SOURCE = join(import.meta.dirname, '..');
const START_TIMEOUT = 20_000;
const BUILD_TIMEOUT = 900_000;

/** FerretDB as a server (`main.go`). It ends with this process, which closes its standard input. */
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

/** The program, built once on this machine for each version of its sources. */
async function build(): Promise<string> {
  const sources = await Promise.all(
    ['main.go', 'go.mod', 'go.sum'].map((file) => readFile(join(SOURCE, file))),
  );
  const hash = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 16);
  return buildOnce(join(cacheFolder(), 'mongodb', hash), async (draft) => {
    process.stderr.write('Building FerretDB, once on this machine; it may take minutes\n');
    await run('go', ['build', '-trimpath', '-o', draft, '.'], { cwd: SOURCE, timeout: BUILD_TIMEOUT });
  });
}
