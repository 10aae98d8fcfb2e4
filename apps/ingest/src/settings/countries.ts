import { SETTINGS_ID } from '@herald/contracts';
import type { Fault } from '@herald/http';
import type { Log } from '@herald/log';
import type { SettingsMemory } from './settings-memory.ts';

/**
 * The country of phone numbers without a country code, by workspace: from memory, even while the store is
 * down.
 */
export interface Countries {
  of(workspace: string): string | undefined;
  /**
   * Whether a fault in a number may come from an outdated `before`, the country that was used: looks it up in
   * the store. Afterwards `of` returns the new one.
   */
  isOutdated(
    workspace: string,
    before: string | undefined,
    faults: readonly Pick<Fault, 'path'>[],
  ): Promise<boolean>;
  /**
   * What `read` makes of the country in memory; if it finds a fault in a number, of the one in the store,
   * which may be newer.
   */
  reading<T extends { readonly faults: readonly Fault[] }>(
    workspace: string,
    read: (country: string | undefined) => T,
  ): Promise<T>;
}

export interface CountriesDeps {
  readonly memory: SettingsMemory;
  readonly log: Log;
}

export function createCountries({ memory, log }: CountriesDeps): Countries {
  const of = (workspace: string): string | undefined => memory.find(workspace, SETTINGS_ID)?.country;

  const isOutdated: Countries['isOutdated'] = async (workspace, before, faults) => {
    if (!faults.some(({ path }) => /\/(?:phone|address)$/.test(path))) return false;
    try {
      await memory.refresh(workspace, SETTINGS_ID);
    } catch (error) {
      log.warn(
        { err: error, workspace },
        'the country of a workspace could not be read; the one in memory stands',
      );
    }
    return of(workspace) !== before;
  };

  return {
    of,
    isOutdated,
    async reading(workspace, read) {
      const before = of(workspace);
      const found = read(before);
      return (await isOutdated(workspace, before, found.faults)) ? read(of(workspace)) : found;
    },
  };
}
