import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../charts.ts';
import { runWell } from '../run.ts';
import { findHelm, findKubectl } from './find.ts';

/** Puts Helm of the version `HELM_MAJOR` (3 or 4) and kubectl into .tmp/bin, for the targets of the Makefile. */
const helm = await findHelm(process.env.HELM_MAJOR === '3' ? 3 : 4);
if ('unavailable' in helm) throw new Error(helm.unavailable);
const bin = join(root, '.tmp/bin');
await mkdir(bin, { recursive: true });
const pathOf = async (program: string): Promise<string> =>
  program.includes('/') ? program : (await runWell('which', [program])).trim();
for (const [name, program] of Object.entries({ helm: helm.program, kubectl: await findKubectl() })) {
  const [from, to] = [await pathOf(program), join(bin, name)];
  if (from === to) continue;
  await rm(to, { force: true });
  await symlink(from, to);
}
process.stdout.write(`Helm ${helm.version} and kubectl are in .tmp/bin\n`);
