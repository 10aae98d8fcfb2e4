import type { Check } from './admin/readiness.ts';
import type { Service, ServiceDeps } from './service.ts';

/** What `/readyz` asks. */
export interface Checks {
  /** All must be well for the process to be ready. */
  readonly needed: Readonly<Record<string, Check>>;
  /** Shown and measured; they do not decide. */
  readonly shown: Readonly<Record<string, Check>>;
}

/**
 * Every check by name: `store`, `broker`, and `<service>.<check>`. One service that needs the store or the
 * broker is enough.
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
