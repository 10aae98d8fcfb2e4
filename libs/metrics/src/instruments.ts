import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Declaration, Declarations } from './declaration.ts';

type Instrument<D extends Declaration> = D['kind'] extends 'counter'
  ? Counter<D['labels'][number]>
  : D['kind'] extends 'gauge'
    ? Gauge<D['labels'][number]>
    : Histogram<D['labels'][number]>;

/** Declared metrics as instruments of prom-client. */
export type Instruments<D extends Declarations> = { readonly [K in keyof D]: Instrument<D[K]> };

/**
 * Makes instruments in `registry`. A declaration that was made before gives the same instrument again;
 * another declaration of the same name throws. `refresh` runs at each scrape before the gauges are read.
 */
export function createInstrumentMaker(
  registry: Registry,
  refresh: () => Promise<void>,
): <D extends Declarations>(declarations: D) => Instruments<D> {
  const made = new Map<Declaration, Counter | Gauge | Histogram>();

  const make = ({ kind, name, help, labels, buckets }: Declaration): Counter | Gauge | Histogram => {
    const common = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === 'counter') return new Counter(common);
    if (kind === 'histogram') return new Histogram({ ...common, ...(buckets && { buckets: [...buckets] }) });
    return new Gauge({ ...common, collect: refresh });
  };

  const instrumentOf = (declaration: Declaration): Counter | Gauge | Histogram => {
    const instrument = made.get(declaration) ?? make(declaration);
    made.set(declaration, instrument);
    return instrument;
  };

  return <D extends Declarations>(declarations: D) =>
    Object.fromEntries(
      Object.entries(declarations).map(([field, declaration]) => [field, instrumentOf(declaration)]),
    ) as unknown as Instruments<D>;
}
