import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, span } from '@herald/domain';
import type { LookUpDomain } from './look-up-domain.ts';

export interface DomainFindingsDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly lookUp: LookUpDomain;
}

/**
 * What the records of a sender's domain lack, each as a sentence. Empty: nothing is known to be missing, also
 * where there is no sender, or name servers do not answer in time. Never rejects.
 */
export type DomainFindings = (workspace: string, from: string | undefined) => Promise<readonly string[]>;

/** ms that a caller waits for name servers. */
const PATIENCE = 2 * span.SECOND;

/** How long a finding serves, in ms, and how many are kept: a caller cannot make Herald ask without end. */
const KEPT = { age: span.MINUTE, most: 1_000 };

export function createDomainFindings({ clock, lookUp }: DomainFindingsDeps): DomainFindings {
  const kept = new Map<string, { readonly at: number; readonly found: Promise<readonly string[]> }>();

  const find = (workspace: string, from: string): Promise<readonly string[]> => {
    const key = JSON.stringify([workspace, from]);
    const before = kept.get(key);
    if (before !== undefined && clock.now() - before.at < KEPT.age) return before.found;
    const found = lookUp(workspace, from);
    kept.delete(key);
    kept.set(key, { at: clock.now(), found });
    const [oldest] = kept.keys();
    if (kept.size > KEPT.most && oldest !== undefined) kept.delete(oldest);
    return found;
  };

  return async (workspace, from) => {
    if (from === undefined) return [];
    const over = new AbortController();
    const late = pause(PATIENCE, [], { signal: over.signal }).catch(() => []);
    try {
      return await Promise.race([find(workspace, from), late]);
    } finally {
      over.abort();
    }
  };
}
