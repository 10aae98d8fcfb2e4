import { createServer, type ServerResponse } from 'node:http';
import type { Log } from '@herald/log';
import type { Metrics } from '@herald/metrics';
import type { Checks } from '../checks.ts';
import { createReadiness, type Readiness, type Stage } from './readiness.ts';

export interface AdminOptions {
  readonly metrics: Pick<Metrics, 'registry' | 'ready' | 'checkUp' | 'checkSeconds'>;
  readonly log: Log;
}

/** The port for operators. It has no authentication: nobody else may reach it. */
export interface Admin {
  /** The stage that `/readyz` shows; `starting` at first. */
  setStage(stage: Stage): void;
  /** The checks that `/readyz` runs from now on. */
  setChecks(checks: Partial<Checks>): void;
  /** Resolves with the port; 0 picks a free one. Only the first call listens. */
  listen(host: string, port: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * `/livez` answers as long as the process does. `/readyz` is 200 if the process runs and every check it needs
 * succeeds, else 503; the body names each check. `/metrics` is for Prometheus. A server of its own, so that
 * none of it depends on the API or is reachable through it.
 */
export function createAdmin({ metrics, log }: AdminOptions): Admin {
  let stage: Stage = 'starting';
  let readiness = createReadiness({ stage: () => stage });
  let listening: Promise<number> | undefined;

  const measured = async (): Promise<Readiness> => {
    const result = await readiness();
    metrics.ready.set(result.ready ? 1 : 0);
    for (const [check, { ok, ms }] of Object.entries(result.checks)) {
      metrics.checkUp.set({ check }, ok ? 1 : 0);
      metrics.checkSeconds.set({ check }, ms / 1000);
    }
    return result;
  };

  const answers: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> = {
    '/livez': async (response) => answer(response, 200, 'text/plain', 'ok\n'),
    '/readyz': async (response) => {
      const result = await measured();
      answer(response, result.ready ? 200 : 503, 'application/json', JSON.stringify(result));
    },
    '/metrics': async (response) => {
      await measured();
      answer(response, 200, metrics.registry.contentType, await metrics.registry.metrics());
    },
  };

  const server = createServer(
    {
      headersTimeout: 5_000,
      requestTimeout: 5_000,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 8 * 1024,
    },
    (request, response) => {
      // No route here reads a body.
      request.resume();
      const [path = '/'] = (request.url ?? '/').split('?', 1);
      const respond = answers[path];
      if (respond === undefined) return answer(response, 404, 'text/plain', 'not found\n');
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('allow', 'GET, HEAD');
        return answer(response, 405, 'text/plain', 'method not allowed\n');
      }
      respond(response).catch((error: unknown) => {
        log.error({ err: error, path }, 'admin request failed');
        answer(response, 500, 'text/plain', 'failed\n');
      });
    },
  );

  const listen = async (host: string, port: number): Promise<number> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen(port, host, resolve);
    await promise;
    server.off('error', reject);
    server.on('error', (error) => log.error({ err: error }, 'the admin server has an error'));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  };

  return {
    setStage(next) {
      stage = next;
      if (next !== 'running') metrics.ready.set(0);
    },
    setChecks(next) {
      readiness = createReadiness({ ...next, stage: () => stage });
    },
    listen(host, port) {
      listening ??= listen(host, port);
      return listening;
    },
    async close() {
      if (!server.listening) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      // Probes are short; a connection that is still open is idle.
      server.closeAllConnections();
      await promise;
    },
  };
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
