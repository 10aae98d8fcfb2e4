import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { LoadRequest, LoadResult } from '../programs/load.ts';

const PROGRAM = join(import.meta.dirname, '../programs/load.ts');

/** Sends `amount` requests, one at a time on each connection, and counts the answers 202. */
export function load(request: LoadRequest): Promise<LoadResult> {
  const child = fork(PROGRAM);
  const kill = (): void => void child.kill();
  process.once('exit', kill);
  return new Promise<LoadResult>((resolve, reject) => {
    child.once('message', (result) => resolve(result as LoadResult));
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
    child.send(request);
  }).finally(() => {
    process.off('exit', kill);
    child.kill();
  });
}
