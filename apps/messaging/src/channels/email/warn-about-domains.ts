import type { Mailbox } from '@herald/addresses';
import type { ServiceDeps } from '@herald/process';
import type { DkimKeys } from './dkim/dkim-keys.ts';
import type { DomainRecords } from './domain-records.ts';
import { domainOf } from './mail-domain.ts';

export interface WarnAboutDomainsDeps extends Pick<ServiceDeps, 'log'> {
  readonly records: Pick<DomainRecords, 'missing'>;
  readonly dkim: DkimKeys;
  /** Where mail comes back to; undefined: to its sender. */
  readonly bounceAddress: string | undefined;
  /** Whom each workspace's mail is from. */
  readonly senders: Iterable<{ readonly workspace: string; readonly from: Mailbox | undefined }>;
}

/** At most so many domains are looked up at a start. */
const MAX_DOMAINS = 50;

/** Warns about domains of senders that lack records in DNS, one line each. Blocks nothing; never rejects. */
export async function warnAboutDomains(deps: WarnAboutDomainsDeps): Promise<void> {
  const { log, records, dkim, bounceAddress, senders } = deps;
  const seen = new Set<string>();
  for (const { workspace, from } of senders) {
    if (from === undefined) continue;
    const domain = domainOf(from.email);
    if (seen.has(domain) || seen.size >= MAX_DOMAINS) continue;
    seen.add(domain);
    const key = dkim.for(workspace, from.email);
    const sender = { from: from.email, returnDomain: domainOf(bounceAddress ?? from.email), dkim: key };
    const missing = await records.missing(sender).catch(() => []);
    if (missing.length > 0)
      log.warn({ domain, missing }, 'mail from this domain may be refused or taken for spam');
  }
}
