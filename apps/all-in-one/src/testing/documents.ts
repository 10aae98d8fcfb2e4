import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { systemClock } from '@herald/clock';
import { createSecrets, loadConfig } from '@herald/config';
import { collections, topology } from '@herald/contracts';
import { root, type ServiceName } from '@herald/harness';
import { createHttp } from '@herald/http';
import { createLog } from '@herald/log';
import { createMetrics } from '@herald/metrics';
import { openSqliteStore } from '@herald/store/sqlite';
import { onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { allInOneConfig } from '../config.ts';
import { createServices } from '../services.ts';

interface Media {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly summary?: string;
  readonly responses: Readonly<Record<string, { readonly headers?: object }>>;
  readonly bodies: Readonly<Record<string, Media>>;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

/** Every operation of a document. */
export const operationsOf = ({ paths }: OpenApi): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const { requestBody } = operation as { requestBody?: { content: Operation['bodies'] } };
      const bodies = requestBody?.content ?? {};
      return { ...(operation as Operation), method: method.toUpperCase(), path, bodies };
    }),
  );

/** The examples of a body. */
export const examplesOf = ({ example, examples }: Media): unknown[] => [
  ...(example === undefined ? [] : [example]),
  ...Object.values(examples ?? {}).map(({ value }) => value),
];

/** What each of the four services documents by itself, in `directory`. None of them runs. */
export async function documentsOfServices(directory: string): Promise<Map<ServiceName, Operation[]>> {
  const config = loadConfig(allInOneConfig, { DATA_DIR: directory });
  const [log, metrics] = [createLog({ service: 'test', level: 'silent' }), createMetrics({ version: '1' })];
  const store = openSqliteStore({ file: ':memory:', collections: Object.values(collections) });
  await store.migrate();
  const clock = systemClock;
  const broker = await openEmbeddedBroker({ file: join(directory, 'broker.db'), topology, clock });
  onTestFinished(async () => {
    await broker.close();
    await store.close();
  });
  const own = {
    config,
    secrets: createSecrets(directory),
    linkSecret: 'a secret for links, long enough to sign',
    publicUrl: 'https://herald.example',
  };
  const services = createServices({ store, broker, clock, log, metrics, ...own });
  const documents = services.map(async (service) => {
    const about = { title: service.name, description: '', version: '1' };
    const app = await createHttp({ log, metrics, apiKeys: { find: () => undefined }, ...about });
    onTestFinished(() => app.close());
    await service.routes(app);
    await app.ready();
    const document: OpenApi = (await app.inject('/openapi.json')).json();
    return [service.name as ServiceName, operationsOf(document)] as const;
  });
  return new Map(await Promise.all(documents));
}

/** Whether the chart of a service exposes this path. */
export function isRouted(service: string, method: string, path: string): boolean {
  const text = readFileSync(join(root, 'charts', service, 'templates', '_app.tpl'), 'utf8');
  const { routes }: { routes: { path: string; method?: string }[] } = parse(
    text.replace(/\{\{.*?\}\}/gs, ''),
  );
  return routes.some(
    (route) =>
      (path === route.path || path.startsWith(`${route.path}/`)) &&
      (route.method === undefined || route.method === method),
  );
}
