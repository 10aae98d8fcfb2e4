import type { Check } from '../admin/readiness.ts';
import type { Service, ServiceDeps } from './service.ts';

/** Every check by name: `store`, `broker`, and `<service>.<check>`. */
export function checksOf({
  store,
  broker,
  services,
}: Pick<ServiceDeps, 'store' | 'broker'> & { readonly services: readonly Service[] }): Record<string, Check> {
  const own = services.flatMap(({ name, checks }) =>
    Object.entries(checks).map(([check, run]) => [`${name}.${check}`, run] as const),
  );
  return { store: () => store.ping(), broker: () => broker.ping(), ...Object.fromEntries(own) };
}
