import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@herald/log';
import type { Admin } from '@herald/process';

export interface Dependency<T> {
  /** Rejects with what is in the way. */
  readonly open: () => Promise<T>;
  /** Whether the next try would fail by this error too. */
  readonly isLasting: (error: unknown) => boolean;
}

export interface OpeningDeps {
  /** Shows what is in the way while it is waited for. */
  readonly admin: Pick<Admin, 'setChecks'>;
  readonly log: Log;
  /** ms of wall time before the second try, doubled each time up to `lastPause`. */
  readonly firstPause?: number;
  readonly lastPause?: number;
}

/**
 * Opens the dependencies of a process, all at once, and retries each while waiting can help: a database that
 * is still to come up, or to be migrated, is no reason to exit. Meanwhile each is in `/readyz` by its name.
 * Rejects with the first fault that will last.
 */
export async function openDependencies<T extends Record<string, unknown>>(
  dependencies: { readonly [K in keyof T]: Dependency<T[K]> },
  { admin, log, firstPause = 1_000, lastPause = 15_000 }: OpeningDeps,
): Promise<T> {
  const names = Object.keys(dependencies) as (keyof T & string)[];
  const faults = new Map<string, unknown>(names.map((name) => [name, new Error('not open yet')]));
  const check = (name: string) => async (): Promise<void> => {
    if (faults.has(name)) throw faults.get(name);
  };
  admin.setChecks({ needed: Object.fromEntries(names.map((name) => [name, check(name)])) });

  const ended = new AbortController();
  const keepOpening = async <K extends keyof T & string>(name: K): Promise<readonly [K, T[K]]> => {
    const { open, isLasting } = dependencies[name];
    for (let wait = firstPause; ; wait = Math.min(2 * wait, lastPause)) {
      try {
        const opened = await open();
        faults.delete(name);
        return [name, opened];
      } catch (error) {
        if (isLasting(error)) throw error;
        faults.set(name, error);
        log.warn(
          { err: error, dependency: name, retryIn: wait },
          'a dependency cannot be used yet; trying again',
        );
        await pause(wait, undefined, { signal: ended.signal });
      }
    }
  };
  try {
    return Object.fromEntries(await Promise.all(names.map(keepOpening))) as T;
  } finally {
    ended.abort();
  }
}
