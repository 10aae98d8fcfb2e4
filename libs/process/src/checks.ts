import type { Check } from './admin/readiness.ts';
import type { Service, ServiceDeps } from './service.ts';

/** The checks of `/readyz`. */
export interface Checks {
  /** All must succeed for the process to be ready. */
  readonly needed: Readonly<Record<string, Check>>;
  /** Shown and measured, without effect on readiness. */
  readonly shown: Readonly<Record<string, Check>>;
}

/**
 * Every check by name: `store`, `broker`, and `<service>.<check>`. The store, or the broker, is needed if
 * every service needs it: while the database is away, a process with ingest in it still accepts events.
 */
export function checksOf({
  store,
  broker,
  services,
}: {
  readonly [K in 'store' | 'broker']: Pick<ServiceDeps[K], 'ping'>;
} & { readonly services: readonly Pick<Service, 'name' | 'needs' | 'checks'>[] }): Checks {
  const own = services.flatMap(({ name, checks }) =>
    Object.entries(checks).map(([check, run]) => [`${name}.${check}`, run] as const),
  );
  const dependencies = { store: () => store.ping(), broker: () => broker.ping() };
  const isNeeded = ([name]: readonly [string, Check]): boolean =>
    services.every(({ needs }) => needs.some((need) => need === name));
  const all = Object.entries(dependencies);
  return {
    needed: Object.fromEntries([...all.filter(isNeeded), ...own]),
    shown: Object.fromEntries(all.filter((entry) => !isNeeded(entry))),
  };
}
