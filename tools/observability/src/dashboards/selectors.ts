/** What every query of a dashboard is about: the namespaces and services that are chosen above it. */
const CHOSEN = 'namespace=~"$namespace",service_name=~"$service"';

/** A series of those that are chosen. */
export const of = (name: string, labels = ''): string =>
  `${name}{${CHOSEN}${labels === '' ? '' : `,${labels}`}}`;

/** Per second over what Grafana thinks is right for the resolution. */
export const rate = (name: string, labels = ''): string => `rate(${of(name, labels)}[$__rate_interval])`;

/** A quantile of a histogram, by labels. */
export const quantile = (q: number, name: string, by: readonly string[] = [], labels = ''): string =>
  `histogram_quantile(${q}, sum by (${[...by, 'le'].join(', ')}) (${rate(`${name}_bucket`, labels)}))`;
