import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** µs */
  readonly timeDeltas: readonly number[];
}

export interface SelfTime {
  readonly where: string;
  /** ms */
  readonly self: number;
}

const WAITING = new Set(['(idle)', '(program)', '(root)']);

/**
 * Of the busiest thread that was profiled into a folder (`node --cpu-prof`): the self times, greatest first,
 * and their sum in ms.
 */
export async function selfTimes(
  folder: string,
  keyOf: (frame: CpuProfile['nodes'][number]['callFrame']) => string = placeOf,
): Promise<{ busy: number; top: SelfTime[] }> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'));
  const threads = await Promise.all(
    files.map(async (name) =>
      summed(JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile, keyOf),
    ),
  );
  const [busiest] = threads.sort((a, b) => b.busy - a.busy);
  return busiest ?? { busy: 0, top: [] };
}

function summed(
  { nodes, samples, timeDeltas }: CpuProfile,
  keyOf: (frame: CpuProfile['nodes'][number]['callFrame']) => string,
) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const selves = new Map<string, number>();
  let busy = 0;
  for (const [n, id] of samples.entries()) {
    const frame = frames.get(id);
    const ms = (timeDeltas[n] ?? 0) / 1000;
    if (frame === undefined || WAITING.has(frame.functionName)) continue;
    busy += ms;
    const where = keyOf(frame);
    selves.set(where, (selves.get(where) ?? 0) + ms);
  }
  const top = [...selves].map(([where, self]) => ({ where, self })).sort((a, b) => b.self - a.self);
  return { busy, top };
}

function placeOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  return url === '' ? name : `${name} ${fileOf(url)}:${lineNumber + 1}`;
}

/** A short path: a package's name and file, or the file's place in this repository. */
function fileOf(url: string): string {
  const inPackage = url.lastIndexOf('/node_modules/');
  if (inPackage >= 0) return url.slice(inPackage + '/node_modules/'.length);
  return /(?:apps|libs|tools)\/.*$/.exec(url)?.[0] ?? url;
}

/** The package, the file of this repository or the part of Node that a frame belongs to. */
export function partOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): string {
  if (functionName === '(garbage collector)') return functionName;
  if (url === '') return `native: ${functionName}`;
  if (url.startsWith('node:')) return url;
  const file = fileOf(url);
  if (/^(apps|libs|tools)\//.test(file)) return file.replace(/\/src\/.*/, '');
  return file
    .split('/')
    .slice(0, file.startsWith('@') ? 2 : 1)
    .join('/');
}
