import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ack } from '../verdict.ts';
import { openEmbeddedBroker } from './open.ts';
import { wallClock } from './testing/harness.ts';
import { killTopology } from './testing/kill-topology.ts';

const CHILD = fileURLToPath(new URL('testing/killed-child.ts', import.meta.url));
const ROUNDS = 6;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'herald-killed-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the child until it has said so many lines, kills it, and returns all it said in whole lines. */
async function runAndKill(args: string[], lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let said = '';
  let heard = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    heard += text.split('\n').length - 1;
    if (heard >= lines) child.kill('SIGKILL');
  });
  await once(child.stdout, 'close');
  expect(await exited).toEqual([null, 'SIGKILL']);
  // What follows the last line's end is half a line or nothing.
  return said.split('\n').slice(0, -1);
}

const idsOf = (lines: readonly string[], word: string): string[] =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

it('kill -9 loses nothing that was confirmed and brings back nothing that was acknowledged', async () => {
  const file = join(folder, 'broker.db');
  const between = (least: number, most: number): number => least + Math.floor(Math.random() * (most - least));
  const confirmed: string[] = [];
  const done = new Set<string>();
  const acknowledged = new Set<string>();
  let kept = 0;

  for (let round = 0; round < ROUNDS; round += 1) {
    const published = await runAndKill(['publish', file, `r${round}`], between(100, 1500));
    confirmed.push(...idsOf(published, 'confirmed'));
    // Each message makes it say two lines at least.
    const said = await runAndKill(['consume', file], between(2, published.length));
    const before = new Set(acknowledged);
    expect(idsOf(said, 'begun').filter((id) => before.has(id))).toEqual([]);
    for (const id of idsOf(said, 'done')) done.add(id);
    for (const id of idsOf(said, 'acknowledged')) acknowledged.add(id);
    kept = Math.max(kept, confirmed.length - acknowledged.size);
  }
  // Otherwise this has shown nothing.
  expect(confirmed.length).toBeGreaterThan(ROUNDS);
  expect(acknowledged.size).toBeGreaterThan(0);
  expect(kept).toBeGreaterThan(0);

  const broker = await openEmbeddedBroker({ file, topology: killTopology, clock: wallClock });
  const rest: string[] = [];
  await broker.consume('work', { prefetch: 100 }, async ({ id }) => {
    rest.push(id);
    return ack;
  });
  await vi.waitFor(
    async () => expect(await broker.depth('work')).toEqual({ ready: 0, inFlight: 0, delayed: 0, dead: 0 }),
    { interval: 20 },
  );
  await broker.close();

  expect(rest.filter((id) => acknowledged.has(id))).toEqual([]);
  expect(new Set(rest).size).toBe(rest.length);
  // An acknowledgement may be durable before anybody saw it, but only of what a handler was done
  // with.
  const delivered = new Set([...done, ...rest]);
  expect(confirmed.filter((id) => !delivered.has(id))).toEqual([]);
});
