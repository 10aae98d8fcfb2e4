import type { Mailbox } from '@herald/addresses';
import type { Secrets } from '@herald/config';
import type { Senders } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import type { Log } from '@herald/log';
import { createDkimKeys, type DkimKeys } from './dkim/dkim-keys.ts';
import { createDomainFindings, type DomainFindings } from './domain-findings.ts';
import { createDomainRecords } from './domain-records.ts';
import { createLookUpDomain } from './look-up-domain.ts';
import { createReturnPath, type ReturnPath } from './return-path.ts';
import { warnAboutDomains } from './warn-about-domains.ts';

/** How mail that Herald itself hands to a mail server proves whose it is, and comes back. */
export interface MailIdentity {
  readonly dkim: DkimKeys;
  readonly returnPath: ReturnPath | undefined;
  /** Logs what senders' domains lack in DNS. Blocks nothing; never rejects. */
  warn(workspaces: Iterable<string>, sendersOf: (workspace: string) => Senders): void;
  /** What the domain of a workspace's sender lacks in DNS. */
  readonly missingRecords: DomainFindings;
  /** Ends lookups under way. */
  cancel(): void;
}

export interface MailIdentityDeps {
  readonly secrets: Partial<Secrets>;
  readonly dkimKeys?: string | undefined;
  readonly defaultSender: Mailbox | undefined;
  readonly bounceAddress?: string | undefined;
  readonly linkSecret: string;
  readonly dnsServers?: readonly string[] | undefined;
  readonly log: Log;
  readonly clock: Pick<Clock, 'now'>;
}

/** Throws a `ConfigError` for keys and addresses that cannot be used. */
export function createMailIdentity(deps: MailIdentityDeps): MailIdentity {
  const { defaultSender, bounceAddress, log, clock } = deps;
  const dkim = createDkimKeys({ ...deps, configured: deps.dkimKeys });
  const records = createDomainRecords(deps.dnsServers ?? []);
  const lookUp = createLookUpDomain({ records, dkim, bounceAddress });
  return {
    dkim,
    returnPath: createReturnPath(bounceAddress, deps.linkSecret),
    missingRecords: createDomainFindings({ clock, lookUp }),
    cancel: () => records.cancel(),
    warn(workspaces, sendersOf) {
      const own = [...workspaces].map((workspace) => ({
        workspace,
        from: sendersOf(workspace).email?.from ?? defaultSender,
      }));
      const senders = [{ workspace: '', from: defaultSender }, ...own];
      void warnAboutDomains({ log, lookUp, senders });
    },
  };
}
