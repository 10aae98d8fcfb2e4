import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { root } from '@herald/harness';
import { parseDockerIgnore } from './docker-ignore.ts';
import { type Instruction, parseDockerfile, type Stage } from './dockerfile.ts';

const run = promisify(execFile);

export interface Build {
  readonly stages: ReadonlyMap<string, Stage>;
  /** Does what a stage of the Dockerfile does to files. Gives the folder that stands for its root. */
  readonly files: (stage: string) => Promise<string>;
}

/**
 * The Dockerfile without Docker, as far as files go: COPY, WORKDIR, and the RUN lines of pnpm, each stage in
 * a folder of its own under `dir`. Other RUN lines change the base image and are left out: here they would
 * change this machine.
 */
export async function openBuild(dir: string): Promise<Build> {
  const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8');
  const stages = parseDockerfile(await read('Dockerfile'));
  const isSent = parseDockerIgnore(await read('.dockerignore'));
  const env = { ...process.env, CI: 'true', PATH: await pnpmOnPath(dir, stages) };
  const done = new Map<string, Promise<string>>();

  const make = async (name: string): Promise<string> => {
    const stage = stages.get(name);
    if (stage === undefined) throw new Error(`the Dockerfile has no stage ${name}`);
    const folder = join(dir, name);
    if (stages.has(stage.from)) {
      await run('cp', ['-a', await files(stage.from), folder]);
    } else await mkdir(folder);
    for (const instruction of stage.instructions) await follow(instruction, folder);
    return folder;
  };
  const files = (name: string): Promise<string> => {
    const made = done.get(name) ?? make(name);
    done.set(name, made);
    return made;
  };

  // Every WORKDIR is the same: it is not kept for each stage.
  const workdir = '/herald';
  const follow = async ({ name, rest }: Instruction, folder: string): Promise<void> => {
    if (name === 'WORKDIR') {
      if (rest !== workdir) throw new Error(`a WORKDIR that is not ${workdir}: ${rest}`);
      await mkdir(join(folder, rest), { recursive: true });
    } else if (name === 'COPY') await copy(rest, folder);
    else if (name === 'RUN' && rest.startsWith('pnpm ')) {
      await run('sh', ['-c', rest], {
        cwd: join(folder, workdir),
        env,
      });
    }
  };

  const copy = async (rest: string, folder: string): Promise<void> => {
    const words = rest.split(/\s+/);
    const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
    const paths = words.filter((word) => !word.startsWith('--'));
    const [target = '.', ...sources] = paths.reverse();
    for (const source of sources) {
      const to = join(folder, target.startsWith('/') ? target : join(workdir, target));
      const into = target.endsWith('/') ? join(to, source) : to;
      if (from !== undefined) {
        // Hard links: pnpm's own store shares these files, so nothing here may change them.
        await run('cp', ['-al', `${join(await files(from), source)}/.`, into]);
      } else {
        await mkdir(dirname(into), { recursive: true });
        await cp(join(root, source), into, {
          recursive: true,
          filter: (file) => isSent(relative(root, file)),
        });
      }
    }
  };
  return { stages, files };
}

/** A PATH with the `pnpm` version that the Dockerfile installs, and the Node that runs this. */
async function pnpmOnPath(dir: string, stages: ReadonlyMap<string, Stage>): Promise<string> {
  const install = stages.get('base')?.instructions.find(({ rest }) => rest.startsWith('npm install'))?.rest;
  const version = /pnpm@(\S+)/.exec(install ?? '')?.[1];
  if (version === undefined) throw new Error('the stage `base` installs no pnpm');
  const bin = join(dir, 'bin');
  await mkdir(bin);
  const script = `#!/bin/sh\nexec npx --yes --prefer-offline pnpm@${version} "$@"\n`;
  await writeFile(join(bin, 'pnpm'), script, { mode: 0o755 });
  return [bin, dirname(process.execPath), process.env.PATH ?? ''].join(':');
}
