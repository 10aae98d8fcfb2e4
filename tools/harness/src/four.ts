import { freePort } from './port.ts';
import { type Herald, startHerald } from './process.ts';

export const SERVICES = ['event-handler', 'campaign-runner', 'messaging', 'ingest'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The four services as processes of their own, on one broker and one database. */
export interface Four {
  /** The base URL of each path of the API. */
  readonly baseOf: (method: string, path: string) => string;
  readonly base: (service: ServiceName) => string;
  readonly admins: readonly string[];
  /** The status of its `/readyz`. */
  readiness(service: ServiceName): Promise<number>;
  /** Ends one with SIGTERM and starts it again; gives its exit code. */
  restart(service: ServiceName): Promise<number | string>;
  /** Ends one with SIGKILL and starts it again. */
  crash(service: ServiceName): Promise<void>;
  stop(): Promise<(number | string)[]>;
}

/** The service that answers a path. `/v1/dead-letters` is event-handler's, the documentation ingest's. */
export function serviceOf(method: string, path: string): ServiceName {
  if (path.startsWith('/v1/events')) return method === 'POST' ? 'ingest' : 'event-handler';
  if (/^\/v1\/(prospects|companies|suppressions|dead-letters)/.test(path)) return 'event-handler';
  if (/^\/(v1\/(campaigns|enrollments)|schemas)/.test(path)) return 'campaign-runner';
  if (/^\/v1\/(templates|messages|settings|channels)/.test(path)) return 'messaging';
  return 'ingest';
}

/**
 * Starts all four and waits until they are ready. `env`: what they have in common, such as broker, database
 * and keys. They get free ports; with `first`, the free ones from that number on.
 */
export async function startFour(
  env: Readonly<Record<string, string>>,
  logFile: string,
  first?: { readonly api: number; readonly admin: number },
): Promise<Four> {
  const ports = new Map<ServiceName, { port: number; admin: number }>();
  for (const [index, name] of SERVICES.entries()) {
    const port = await freePort(first && first.api + index);
    ports.set(name, { port, admin: await freePort(first && first.admin + index) });
  }
  const portsOf = (name: ServiceName) => ports.get(name) ?? { port: 0, admin: 0 };
  const base = (name: ServiceName): string => `http://127.0.0.1:${portsOf(name).port}`;
  const start = (name: ServiceName): Herald => {
    const { port, admin } = portsOf(name);
    const own = { PORT: String(port), ADMIN_PORT: String(admin) };
    return startHerald({ PUBLIC_URL: base('ingest'), ...env, ...own }, logFile, name);
  };
  const running = new Map(SERVICES.map((name) => [name, start(name)]));
  const stop = () => Promise.all([...running.values()].map((herald) => herald.stop()));
  try {
    await Promise.all([...running.values()].map(({ ready }) => ready));
  } catch (error) {
    await stop();
    throw error;
  }
  const again = async (name: ServiceName): Promise<void> => {
    const herald = start(name);
    running.set(name, herald);
    await herald.ready;
  };
  return {
    base,
    baseOf: (method, path) => base(serviceOf(method, path)),
    admins: SERVICES.map((name) => `http://127.0.0.1:${portsOf(name).admin}`),
    async readiness(name) {
      const answer = await fetch(`http://127.0.0.1:${portsOf(name).admin}/readyz`);
      await answer.body?.cancel();
      return answer.status;
    },
    async restart(name) {
      const code = (await running.get(name)?.stop()) ?? 'not running';
      await again(name);
      return code;
    },
    async crash(name) {
      await running.get(name)?.kill();
      await again(name);
    },
    stop,
  };
}
