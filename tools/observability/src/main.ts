import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { files } from './files.ts';

/**
 * Writes the charts' dashboards and rules. With `--check` it only compares, and exits 1 where they differ.
 */
const root = join(import.meta.dirname, '../../..');
const checking = process.argv.includes('--check');

for (const [file, text] of files()) {
  const path = join(root, file);
  if ((await readFile(path, 'utf8').catch(() => '')) === text) continue;
  if (checking) {
    process.stderr.write(`${file} is not what its source says; run: make fix\n`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    process.stdout.write(`${file} written\n`);
  }
}
