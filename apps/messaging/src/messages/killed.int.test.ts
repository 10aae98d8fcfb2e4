import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { fakeProvider } from '../testing/fake-provider.ts';
import { startMailServer } from '../testing/mail-server.ts';
import { newDir, setStage } from '../testing/stage.ts';

const CHILD = fileURLToPath(new URL('../testing/crash-child.ts', import.meta.url));

/** Leaves a directory in which a message waits to be sent. */
async function leaveARequest(dir: string): Promise<void> {
  const now = Date.now();
  const stage = await setStage({ dir, keep: true, startAt: now });
  await stage.template('welcome', { subject: 'Hi', text: 'Hi' });
  await stage.prospect();
  await stage.enrollment();
  await stage.stop();
  await stage.broker.publish([stage.requestOf({ dueAt: now, requestedAt: now })]);
  await stage.close();
}

test('killed between the claim and the outcome, a message is unknown and never sent again', async () => {
  const reached = Promise.withResolvers<void>();
  // The server has the whole message, and has not answered.
  const server = await startMailServer({
    data: () => {
      reached.resolve();
      return new Promise<undefined>(() => {});
    },
  });
  const dir = await newDir();
  await leaveARequest(dir);
  const child = spawn(process.execPath, [CHILD, dir, server.url], { stdio: ['ignore', 'ignore', 'inherit'] });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await server.close();
  });
  await Promise.race([
    reached.promise,
    once(child, 'exit').then(() => Promise.reject(new Error('the child ended by itself'))),
  ]);
  child.kill('SIGKILL');
  await once(child, 'exit');

  const provider = fakeProvider();
  const stage = await setStage({ dir, provider, startAt: Date.now(), lease: 1_500 });
  expect((await stage.message('m1'))?.lease).toBeDefined();
  // The request is still unacknowledged: it comes again, and again means nothing.
  await vi.waitFor(async () => expect((await stage.broker.depth('messaging.send')).ready).toBe(0));
  expect(stage.sent()).toHaveLength(0);
  await stage.by(1_600);
  const { state } = await stage.until('m1', 'unknown');
  expect(state.reason).toContain('may have it');
  expect(stage.sent()).toHaveLength(0);
  expect(server.ended()).toBe(1);

  expect(
    (await stage.call('POST', '/v1/messages/m1/resolve', { outcome: 'sent', reason: 'seen in the inbox' }))
      .status,
  ).toBe(200);
  expect((await stage.until('m1', 'sent')).state.reason).toBe('seen in the inbox');
});
