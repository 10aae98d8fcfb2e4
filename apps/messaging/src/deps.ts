import type { Secrets } from '@herald/config';
import type { ServiceDeps } from '@herald/process';
import type { RendererOptions } from '@herald/templates';
import type { AccountOptions } from './accounts/kind.ts';
import type { AttachmentLimits } from './attachments/index.ts';
import type { GatePolicy } from './providers/gate.ts';
import type { Providers } from './providers/provider.ts';
import type { UnknownPolicy } from './send/retry-policy.ts';

export interface MessagingDeps extends ServiceDeps {
  /** Closed with the service. */
  readonly providers: Providers;
  /** What holds for accounts of workspaces. Default: nothing but the vendors' own servers. */
  readonly accounts?: AccountOptions;
  /** When providers get no messages, and for how long. Default: as in `providers/gate.ts`. */
  readonly gates?: Partial<GatePolicy>;
  /** The mounted ones: of workspaces, which sign webhooks and mails, and of the installation. */
  readonly secrets?: Partial<Secrets>;
  /** Signs the links in messages. */
  readonly linkSecret: string;
  /** Where the world reaches ingest: it stands in links. */
  readonly publicUrl: string;
  /** ms on the clock: what is due sooner is given to the broker's delay at once. */
  readonly horizon: number;
  /** Sender of workspaces that have set none: `Name <address>` or an address. */
  readonly sender?: string | undefined;
  /** The keys that sign mail from `sender`, as `email/dkim/read-keys.ts` reads them. */
  readonly dkimKeys?: string | undefined;
  /** Name servers that are asked about senders' domains. Default: those of the system. */
  readonly dnsServers?: readonly string[];
  /** Where mail comes back to. Absent: to its sender. */
  readonly bounceAddress?: string | undefined;
  /** IANA zone for those who have none. Default: UTC. */
  readonly defaultZone?: string;
  /** ms of wall time between sweeps. Default: 1,000. */
  readonly sweepEvery?: number;
  /**
   * ms of wall time after which a call without an outcome is `unknown`; longer than the provider's time-out.
   * Default: 60,000.
   */
  readonly lease?: number;
  /** Default: `hold`. */
  readonly unknown?: UnknownPolicy;
  /** Messages of one workspace handled at once. Default: 128. */
  readonly prefetch?: number;
  readonly rendering?: RendererOptions;
  /** How much of files is fetched for mails. Default: as in `attachments/index.ts`. */
  readonly attachments?: Partial<AttachmentLimits>;
}
