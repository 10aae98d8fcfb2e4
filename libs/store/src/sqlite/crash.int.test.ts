import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { gather, range, tasks } from '../contract/fixtures.ts';
import { openSqliteStore } from './store.ts';

const WRITER = fileURLToPath(new URL('./crash-writer.ts', import.meta.url));

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'herald-crash-'));
  file = join(folder, 'store.db');
});
afterEach(() => rm(folder, { recursive: true }));

/**
 * Runs the writer and kills it in the middle of its work, once it has acknowledged `after` things. Returns
 * its acknowledgements.
 */
async function writeAndKill(after: number): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
    if (output.split('\n').length > after) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  expect(errors).toBe('');
  expect(signal).toBe('SIGKILL');
  // What follows the last line break was cut off.
  return output.split('\n').slice(0, -1);
}

it('has everything it acknowledged, and no gap, after kill -9 at any point, again and again', async () => {
  const acknowledged = new Map<string, number>();
  for (const round of range(1, 8)) {
    const after = round === 1 ? 1 : Math.ceil(Math.random() * 1500);
    const lines = await writeAndKill(after);
    expect(lines.length).toBeGreaterThanOrEqual(after);
    for (const line of lines) {
      const [kind, name, number] = line.split(' ');
      acknowledged.set(`${kind} ${name}`, Number(number));
    }

    const store = openSqliteStore({ file, collections: [tasks] });
    const found = new Map<string, number>();
    for (const { stream, seq, raw } of await gather(store.log.scan())) {
      expect(seq, `${stream} has no gap`).toBe((found.get(`event ${stream}`) ?? 0) + 1);
      expect(raw).toBe('x'.repeat(seq % 3000));
      found.set(`event ${stream}`, seq);
    }
    for (const id of ['red', 'blue']) {
      const set = await store
        .collection(tasks)
        .getMany(range(1, 3).map((n) => ({ workspace: 'acme', id: `${id}-${n}` })));
      expect(new Set(set.map((doc) => doc?.version)).size, `${id} moved as one`).toBe(1);
      const version = set[0]?.version ?? 0;
      found.set(`set ${id}`, version);
      const query = { index: 'byStatus', equals: ['acme', `v${version}`], limit: 10 };
      const indexed = (await store.collection(tasks).find(query)).items;
      if (version > 0) expect(indexed).toEqual(expect.arrayContaining(set));
    }
    const total = [...found]
      .filter(([key]) => key.startsWith('event'))
      .reduce((sum, [, seq]) => sum + seq, 0);
    expect(await store.log.count()).toBe(total);
    for (const [key, number] of acknowledged) {
      expect(found.get(key), `${key} was acknowledged`).toBeGreaterThanOrEqual(number);
    }
    await store.close();
  }
});
