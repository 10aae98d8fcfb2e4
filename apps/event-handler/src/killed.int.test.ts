import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ack } from '@herald/broker';
import { queue } from '@herald/contracts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { replay } from './replay/replay.ts';
import { readLog, silentLog } from './testing/fixtures.ts';
import { openTestProcess } from './testing/process.ts';

const CHILD = new URL('testing/killed-child.ts', import.meta.url).pathname;
const ROUNDS = 4;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'herald-handler-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** Kills the child after some lines and returns the ids in all complete lines. */
async function runAndKill(round: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, dir, round], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.split('\n').length > lines) child.kill('SIGKILL');
  });
  await once(child.stdout, 'close');
  expect(await exited).toEqual([null, 'SIGKILL']);
  return said
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => line.split(' '));
}

test('kill -9 at any instant loses no event, doubles none, leaves no gap; all are published', async () => {
  const confirmed: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    confirmed.push(...(await runAndKill(`r${round}`, 3 + Math.floor(Math.random() * 40))));
  }

  const { store, broker, service, close } = await openTestProcess(dir);
  await service.start();
  await vi.waitFor(
    async () =>
      expect(await broker.depth(queue.eventHandlerEvents)).toEqual({
        ready: 0,
        inFlight: 0,
        delayed: 0,
        dead: 0,
      }),
    { timeout: 30_000, interval: 50 },
  );
  await service.stop();

  const log = await readLog(store);
  const ids = new Set(log.map(({ id }) => id));
  expect(ids.size).toBe(log.length);
  expect(confirmed.filter((id) => !ids.has(id))).toEqual([]);
  for (const stream of new Set(log.map((event) => event.stream))) {
    const seqs = log.filter((event) => event.stream === stream).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  }
  expect(await replay({ store, log: silentLog, verify: true })).toMatchObject({ differences: 0 });

  const published = new Set<string>();
  const consumer = await broker.consume(queue.campaignRunnerApplied, { prefetch: 100 }, async ({ id }) => {
    published.add(id);
    return ack;
  });
  await vi.waitFor(() => expect(published.size).toBe(log.length), { timeout: 30_000, interval: 50 });
  await consumer.stop();
  await close();
});
