import type { MessageDocument } from '@herald/contracts';
import type { ServiceDeps } from '@herald/process';
import type { MessagingMetrics } from '../metrics.ts';
import type { ReadCampaign } from '../read-campaign.ts';
import type { Settings } from '../settings/settings.ts';
import { type AskLimits, createAskLimits, createRateOf } from './ask-limits.ts';
import { createCampaignLimits } from './campaign-limits.ts';
import { createCount } from './counted.ts';
import { createFairShare, type FairShare } from './fair-share.ts';
import type { Hold } from './hold.ts';
import { createPutInWaitlist, type PutInWaitlist } from './put-in-waitlist.ts';
import { createRelease } from './release.ts';
import { createWaitlists, type Waitlists } from './waitlists.ts';

/** When, how often and how fast messages leave: see docs/limits.md. */
export interface Limits {
  readonly ask: AskLimits;
  readonly share: FairShare;
  readonly putInWaitlist: PutInWaitlist;
  readonly wake: Waitlists['wake'];
  /** Messages to take from the queue at once. More than can run or wait here: the others are only stored. */
  readonly intake: number;
  start(): void;
  stop(): Promise<void>;
}

export interface LimitsDeps extends Pick<ServiceDeps, 'store' | 'clock' | 'log'> {
  readonly metrics: MessagingMetrics;
  readonly settings: Settings;
  readonly readCampaign: ReadCampaign;
  /** IANA time zone of people who have none. */
  readonly defaultZone: string;
  /** Messages of one workspace handled at once. */
  readonly prefetch: number;
  /** Sends a message that has waited. */
  readonly send: (doc: MessageDocument, waited: Hold) => Promise<void>;
}

/** Jobs that may wait in the process before more of them wait in the store: of a workspace, and of all. */
const WAITING = { each: 32, all: 128 };

export function createLimits(deps: LimitsDeps): Limits {
  const { store, settings, readCampaign, prefetch } = deps;
  const campaigns = createCampaignLimits(store, readCampaign);
  const share = createFairShare({ capacity: 2 * prefetch, waiting: WAITING });
  const release = createRelease({ ...deps, share, rateOf: createRateOf({ settings, campaigns }) });
  const waitlists = createWaitlists({ ...deps, woken: release.look });
  return {
    ask: createAskLimits({ ...deps, campaigns, waitlists, count: createCount(deps) }),
    share,
    putInWaitlist: createPutInWaitlist({ ...deps, waitlists }),
    wake: waitlists.wake,
    intake: 2 * (prefetch + WAITING.all),
    start: release.start,
    stop: release.stop,
  };
}
