import type { Mailbox } from '@herald/addresses';
import type { ServiceDeps } from '@herald/process';
import type { LookUpDomain } from './look-up-domain.ts';
import { domainOf } from './mail-domain.ts';

export interface WarnAboutDomainsDeps extends Pick<ServiceDeps, 'log'> {
  readonly lookUp: LookUpDomain;
  /** Whom each workspace's mail is from. */
  readonly senders: Iterable<{ readonly workspace: string; readonly from: Mailbox | undefined }>;
}

/** At most so many domains are looked up at a start. */
const MAX_DOMAINS = 50;

/** Warns about domains of senders that lack records in DNS, one line each. Blocks nothing; never rejects. */
export async function warnAboutDomains({ log, lookUp, senders }: WarnAboutDomainsDeps): Promise<void> {
  const seen = new Set<string>();
  for (const { workspace, from } of senders) {
    if (from === undefined) continue;
    const domain = domainOf(from.email);
    if (seen.has(domain) || seen.size >= MAX_DOMAINS) continue;
    seen.add(domain);
    const missing = await lookUp(workspace, from.email);
    if (missing.length > 0)
      log.warn({ domain, missing }, 'mail from this domain may be refused or taken for spam');
  }
}
