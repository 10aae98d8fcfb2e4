import type { Broker, Consumer } from '@herald/broker';
import { changeContract, collections, exchange } from '@herald/contracts';
import type { Fault, Log } from '@herald/service';
import type { Store } from '@herald/store';

/** Where phone numbers without a country's code belong, by workspace: from memory, also while the store is down. */
export interface Countries {
  of(workspace: string): string | undefined;
  /**
   * Whether a fault in a number may come from `before`, the country that it was read by, being out of date: looks it up in the store.
   * Afterwards `of` gives the new one.
   */
  isOutdated(
    workspace: string,
    before: string | undefined,
    faults: readonly Pick<Fault, 'path'>[],
  ): Promise<boolean>;
  /** What `read` makes of the country in memory; where it finds a fault in a number, of the one in the store, which may be newer. */
  reading<T extends { readonly faults: readonly Fault[] }>(
    workspace: string,
    read: (country: string | undefined) => T,
  ): Promise<T>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface CountriesDeps {
  readonly store: Store;
  readonly broker: Pick<Broker, 'subscribe'>;
  readonly log: Log;
}

const ID = 'settings';

export function createCountries({ store, broker, log }: CountriesDeps): Countries {
  const settings = store.collection(collections.settings);
  const known = new Map<string, string>();
  let subscription: Consumer | undefined;

  const keep = (workspace: string, country: string | undefined): void => {
    if (country === undefined) known.delete(workspace);
    else known.set(workspace, country);
  };
  const refresh = async (workspace: string): Promise<void> => {
    try {
      keep(workspace, (await settings.get(workspace, ID))?.country);
    } catch (error) {
      log.warn(
        { err: error, workspace },
        'the country of a workspace could not be read; the one in memory stands',
      );
    }
  };
  const hydrate = async (): Promise<void> => {
    try {
      for await (const batch of settings.scan())
        for (const { workspace, country } of batch) keep(workspace, country);
    } catch (error) {
      log.warn({ err: error }, 'the countries of workspaces could not be read; the ones in memory stand');
    }
  };
  const onChange = (body: unknown): void => {
    try {
      const change = changeContract.parse(body);
      if (change.kind === 'settings') void refresh(change.workspace);
    } catch (error) {
      log.warn({ err: error }, 'a change could not be read');
    }
  };

  const isOutdated: Countries['isOutdated'] = async (workspace, before, faults) => {
    if (!faults.some(({ path }) => /\/(?:phone|address)$/.test(path))) return false;
    await refresh(workspace);
    return known.get(workspace) !== before;
  };

  return {
    of: (workspace) => known.get(workspace),
    isOutdated,
    async reading(workspace, read) {
      const before = known.get(workspace);
      const found = read(before);
      return (await isOutdated(workspace, before, found.faults)) ? read(known.get(workspace)) : found;
    },
    async start() {
      // Followed first, then read: a change in between is seen twice rather than never.
      subscription ??= await broker.subscribe(exchange.changes, onChange, () => void hydrate());
      await hydrate();
    },
    stop: async () => subscription?.stop(),
  };
}
