import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { catalogue, type Declaration } from './catalogue.ts';

type Instrument<D extends Declaration> = D['kind'] extends 'counter'
  ? Counter<D['labels'][number]>
  : D['kind'] extends 'gauge'
    ? Gauge<D['labels'][number]>
    : Histogram<D['labels'][number]>;

/** What the catalogue declares, ready to count. */
export type Instruments = { readonly [K in keyof typeof catalogue]: Instrument<(typeof catalogue)[K]> };

/** Makes them all. `refresh` runs at each scrape before the gauges are read. */
export function createInstruments(registry: Registry, refresh: () => Promise<void>): Instruments {
  const make = ({ kind, name, help, labels, buckets }: Declaration) => {
    const common = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === 'counter') return new Counter(common);
    if (kind === 'histogram') return new Histogram({ ...common, ...(buckets && { buckets: [...buckets] }) });
    return new Gauge({ ...common, collect: refresh });
  };
  return Object.fromEntries(
    Object.entries(catalogue).map(([field, declaration]) => [field, make(declaration)]),
  ) as unknown as Instruments;
}
