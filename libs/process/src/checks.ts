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
 * Every check by name: `store`, `broker`, and `<service>.<check>`. The store, or the broker, is needed if one
 * service needs it.
 */
export function checksOf({
  store,
  broker,
  services,
}: Pick<ServiceDeps, 'store' | 'broker'> & { readonly services: readonly Service[] }): Checks {
  const own = services.flatMap(({ name, checks }) =>
    Object.entries(checks).map(([check, run]) => [`${name}.${check}`, run] as const),
  );
  const dependencies = { store: () => store.ping(), broker: () => broker.ping() };
  const needs = new Set<string>(services.flatMap((service) => service.needs));
  const isNeeded = ([name]: readonly [string, Check]): boolean => needs.has(name);
  const all = Object.entries(dependencies);
  return {
    needed: Object.fromEntries([...all.filter(isNeeded), ...own]),
    shown: Object.fromEntries(all.filter((entry) => !isNeeded(entry))),
  };
}
