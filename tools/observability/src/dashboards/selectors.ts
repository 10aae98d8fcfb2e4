/** The scope of every query: the namespaces and services that are chosen above the dashboard. */
const CHOSEN = 'namespace=~"$namespace",service_name=~"$service"';

/** The series of a metric in that scope. */
export const of = (name: string, labels = ''): string =>
  `${name}{${CHOSEN}${labels === '' ? '' : `,${labels}`}}`;

/** The rate per second, over the interval that Grafana finds right for the resolution. */
export const rate = (name: string, labels = ''): string => `rate(${of(name, labels)}[$__rate_interval])`;

/** A quantile of a histogram, by labels. */
export const quantile = (q: number, name: string, by: readonly string[] = [], labels = ''): string =>
  `histogram_quantile(${q}, sum by (${[...by, 'le'].join(', ')}) (${rate(`${name}_bucket`, labels)}))`;
