import type { Broker } from '@herald/broker';
import type { Clock } from '@herald/domain';
import { type ApiKeys, createHttp, type Http, type Principal } from '@herald/http';
import { createMetrics } from '@herald/metrics';
import type { Store } from '@herald/store';
import { createEventHandler } from '../service.ts';
import { silentLog } from './fixtures.ts';

const principals: Record<string, Principal> = {
  all: { keyId: 'all', workspace: 'acme', scopes: ['*'] },
  other: { keyId: 'other', workspace: 'other', scopes: ['*'] },
  events: { keyId: 'events', workspace: 'acme', scopes: ['events:read'] },
  prospects: { keyId: 'prospects', workspace: 'acme', scopes: ['prospects:read'] },
};
const apiKeys: ApiKeys = { find: (token) => principals[token] };

export interface TestApi {
  /** The status and body for the holder of a key. Default: `all`. */
  call(
    method: 'GET' | 'DELETE',
    url: string,
    key?: string,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  readonly app: Http;
}

/** The service's routes over a real server, without a port. */
export async function openTestApi(store: Store, broker: Broker, clock: Clock): Promise<TestApi> {
  const metrics = createMetrics({ version: 'test' });
  const app = await createHttp({
    log: silentLog,
    metrics,
    apiKeys,
    title: 'test',
    description: 'test',
    version: '0',
  });
  await createEventHandler({ store, broker, clock, log: silentLog, metrics }).routes(app);
  return {
    app,
    async call(method, url, key = 'all') {
      const answer = await app.inject({ method, url, headers: { authorization: `Bearer ${key}` } });
      return { status: answer.statusCode, body: answer.json() };
    },
  };
}
