import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { logLines } from '@herald/log/testing';
import { createMetrics, type Metrics } from '@herald/metrics';
import { onTestFinished } from 'vitest';
import type { ApiKeys, Principal } from '../api-keys/api-keys.ts';
import { createHttp, type Http, type HttpOptions } from '../http.ts';

const principal = (workspace: string, ...scopes: string[]): Principal => ({
  keyId: `${workspace}-key`,
  workspace,
  scopes,
});

/** Keys by token: `acme` and `other` may do everything in theirs, `reader` may read events of acme. */
const TOKENS = new Map([
  ['acme', principal('acme', '*')],
  ['other', principal('other', '*')],
  // Also of acme, and of the installation.
  ['operator', principal('acme', '*', 'installation:dead-letters')],
  ['reader', principal('acme', 'events:read')],
]);
const apiKeys: ApiKeys = { find: (token) => TOKENS.get(token) };

export const as = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

/** A server that is closed when the test ends, and what it logged and counted. */
export async function testHttp(options: Partial<HttpOptions> = {}): Promise<{
  app: Http;
  metrics: Metrics;
  lines: () => Record<string, unknown>[];
  text: () => string;
}> {
  const { log, lines, text } = logLines();
  const metrics = createMetrics({ version: '1' });
  const about = { title: 'Test', description: 'A test', version: '1.2.3' };
  const app = await createHttp({ log, metrics, apiKeys, ...about, ...options });
  onTestFinished(() => app.close());
  return { app, metrics, lines, text };
}

/** Listens on a free port of loopback and returns it. */
export async function listen(app: Http): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/**
 * Writes `parts` to a socket, one after the other, `every` ms apart. Resolves with all that comes back until
 * the other side closes.
 */
export function talk(port: number, parts: Iterable<string | Buffer>, every = 0): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString();
  });
  socket.on('error', () => {});
  socket.on('close', () => resolve(heard));
  const iterator = parts[Symbol.iterator]();
  const next = (): void => {
    const { value, done } = iterator.next();
    if (done === true || socket.destroyed) return;
    socket.write(value, () => {
      // Never at once: writes that the kernel accepts immediately would leave no time for anything else in
      // this process.
      if (every === 0) setImmediate(next);
      else setTimeout(next, every);
    });
  };
  socket.on('connect', next);
  return promise;
}
