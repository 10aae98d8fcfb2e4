import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { span } from '@herald/domain';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WORKSPACE } from '../testing/documents.ts';
import { startMailServer } from '../testing/mail-server.ts';
import { newDir, setStage } from '../testing/stage.ts';

const CHILD = fileURLToPath(new URL('../testing/crash-child.ts', import.meta.url));
const FLOOD = 600;

test('killed again and again in a flood, every message leaves once, also those that waited in the store', async () => {
  const dir = await newDir();
  let enough = 0;
  // It answers no mail beyond those: on a busy machine too, much is left to do at each kill.
  const server = await startMailServer({
    data: async () => (server.received.length < enough ? undefined : new Promise<never>(() => {})),
  });
  onTestFinished(() => server.close());
  const now = Date.now();
  const before = await setStage({ dir, keep: true, startAt: now });
  await before.template('welcome', { subject: 'Hi', text: 'Hi' });
  await before.prospect();
  await before.enrollment();
  await before.stop();
  await before.broker.publish(
    Array.from({ length: FLOOD }, (_, n) =>
      before.requestOf({ messageId: `m${n}`, dueAt: now, requestedAt: now }),
    ),
  );
  await before.close();

  for (enough of [40, 120, 200]) {
    const child = spawn(process.execPath, [CHILD, dir, server.url, 'smtp', '10000'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await vi.waitFor(() => expect(server.received.length).toBeGreaterThanOrEqual(enough), 60_000);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  enough = FLOOD;
  const stage = await setStage({ dir, startAt: Date.now(), lease: 10_000 });
  const waiting = await stage.messages.count({ index: 'byHold', equals: [WORKSPACE, 'share'] });
  expect(waiting).toBeGreaterThan(0);
  await vi.waitFor(
    async () => {
      await stage.by(5 * span.SECOND);
      const { items } = await stage.messages.find({ index: 'byTime', equals: [WORKSPACE], limit: FLOOD + 1 });
      const ended = items.filter(({ state }) => state.status === 'sent' || state.status === 'unknown');
      expect(ended).toHaveLength(FLOOD);
    },
    { timeout: 60_000, interval: 100 },
  );
  const { items } = await stage.messages.find({ index: 'byTime', equals: [WORKSPACE], limit: FLOOD + 1 });
  const unknown = items.filter(({ state }) => state.status === 'unknown').map(({ id }) => id);
  const arrived = [
    ...server.received.map(({ headers }) => headers.get('x-herald-message-id') ?? ''),
    ...stage.sent().map(({ messageId }) => messageId),
  ];
  expect(new Set(arrived).size).toBe(arrived.length);
  expect(new Set([...arrived, ...unknown]).size).toBe(FLOOD);
  // At each kill: those on the five connections, and those whose outcome was still being written, which are
  // fewer.
  expect(unknown.length).toBeLessThanOrEqual(3 * 2 * 5);
}, 240_000);
