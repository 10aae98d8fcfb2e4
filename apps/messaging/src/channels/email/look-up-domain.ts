import type { DkimKeys } from './dkim/dkim-keys.ts';
import type { DomainRecords } from './domain-records.ts';
import { domainOf } from './mail-domain.ts';

/**
 * What the records of a sender's domain lack, each as a sentence. Empty also where nobody can say. Never
 * rejects.
 */
export type LookUpDomain = (workspace: string, from: string) => Promise<readonly string[]>;

export interface LookUpDomainDeps {
  readonly records: Pick<DomainRecords, 'missing'>;
  readonly dkim: DkimKeys;
  /** Where mail comes back to; undefined: to its sender. */
  readonly bounceAddress: string | undefined;
}

export const createLookUpDomain =
  ({ records, dkim, bounceAddress }: LookUpDomainDeps): LookUpDomain =>
  async (workspace, from) => {
    try {
      const returnDomain = domainOf(bounceAddress ?? from);
      return await records.missing({ from, returnDomain, dkim: dkim.for(workspace, from) });
    } catch {
      return []; // no name server, or no key that can be read
    }
  };
