import type { MessageDocument } from '@herald/contracts';
import {
  type Channel,
  type Clock,
  concerns,
  departureOf,
  type JsonObject,
  type MessageTransition,
  personZone,
  type Rate,
  sayCap,
  span,
} from '@herald/domain';
import type { MessagingMetrics } from '../metrics.ts';
import type { Settings } from '../settings/settings.ts';
import type { CampaignLimits } from './campaign-limits.ts';
import type { Count } from './counted.ts';
import { type Hold, hasPassed, holdIn } from './hold.ts';
import type { LimitName } from './limit-names.ts';
import type { Waitlists } from './waitlists.ts';

/** What happens to a message that a limit holds back. `hold`: the waitlist in which it waits. */
export interface HeldBack {
  readonly transition: MessageTransition;
  readonly hold?: Hold;
  /** Replaces the count of attempts. */
  readonly tries?: MessageDocument['tries'];
}

/** What the limits must know of a message besides its document. */
interface LimitedMessage {
  /** The name of the provider that would be called. */
  readonly provider: string;
  /** The prospect's. */
  readonly traits: JsonObject;
  /** Owed to the reader: the workspace's hours and caps do not apply, and it does not count for caps. */
  readonly transactional: boolean;
  /** The waitlist in which it has waited already. */
  readonly waited: Hold | undefined;
}

/**
 * Checks the limits in this order: send window and quiet hours, caps, rates. Undefined: the message may leave
 * now, and has been counted.
 */
export type AskLimits = (doc: MessageDocument, about: LimitedMessage) => Promise<HeldBack | undefined>;

export interface AskLimitsDeps {
  readonly settings: Settings;
  readonly campaigns: CampaignLimits;
  readonly count: Count;
  readonly waitlists: Pick<Waitlists, 'take' | 'expect'>;
  readonly clock: Clock;
  readonly metrics: MessagingMetrics;
  /** IANA time zone of people who have none. */
  readonly defaultZone: string;
}

/** ms for which a message may wait for a cap; after that it expires. */
const PATIENCE = 30 * span.DAY;

export function createAskLimits(deps: AskLimitsDeps): AskLimits {
  const { settings, campaigns, count, waitlists, clock, metrics, defaultZone } = deps;

  const heldBack = (
    channel: Channel,
    limit: LimitName,
    transition: MessageTransition,
    hold?: Hold,
  ): HeldBack => {
    const effect = transition.outcome === 'scheduled' ? 'deferred' : 'suppressed';
    metrics.limited.inc({ channel, limit, effect });
    return { transition, ...(hold && { hold }) };
  };

  const askHours = async (doc: MessageDocument, about: LimitedMessage): Promise<HeldBack | undefined> => {
    const { workspace, id, state } = doc;
    const { channel, campaignId, campaignVersion } = state;
    const workspaceHours = settings.of(workspace);
    const departure = departureOf(clock.now(), {
      messageId: id,
      channel,
      transactional: about.transactional,
      window: await campaigns.window(workspace, campaignId, campaignVersion),
      workspace: workspaceHours,
      zone: personZone(about.traits, workspaceHours.zone ?? defaultZone),
    });
    if (departure.kind === 'open') return undefined;
    const { limit, reason } = departure;
    return departure.kind === 'never'
      ? heldBack(channel, limit, { outcome: 'suppressed', facts: { reason } })
      : heldBack(channel, limit, { outcome: 'scheduled', facts: { reason, dueAt: departure.at } });
  };

  const askCaps = async ({ workspace, state }: MessageDocument): Promise<HeldBack | undefined> => {
    const { caps = [] } = settings.of(workspace);
    const { channel, requestedAt } = state;
    if (!caps.some((cap) => concerns(cap, channel))) return undefined;
    const decision = await count(workspace, state, caps);
    if (decision.kind === 'within') return undefined;
    const { cap, roomAt } = decision;
    const reason = `frequency_cap: ${sayCap(cap)}`;
    if (cap.then !== 'delay')
      return heldBack(channel, 'frequency_cap', { outcome: 'suppressed', facts: { reason } });
    if (roomAt > requestedAt + PATIENCE)
      return heldBack(channel, 'frequency_cap', {
        outcome: 'expired',
        facts: { reason: `${reason}, for too long` },
      });
    return heldBack(channel, 'frequency_cap', { outcome: 'scheduled', facts: { reason, dueAt: roomAt } });
  };

  const askRate = async (
    doc: MessageDocument,
    about: LimitedMessage,
    waitlist: string,
    rate: Rate,
  ): Promise<HeldBack | undefined> => {
    const { workspace, state } = doc;
    if (hasPassed(waitlist, about.waited) || (await waitlists.take(workspace, waitlist, rate)))
      return undefined;
    const limit = waitlist.startsWith(CAMPAIGN) ? 'campaign_rate' : 'provider_rate';
    const reason = `${limit}: ${rate.count} per ${rate.per}`;
    const dueAt = await waitlists.expect(workspace, waitlist, rate);
    const hold = holdIn(waitlist, doc, { before: about.waited, owed: about.transactional });
    return heldBack(state.channel, limit, { outcome: 'scheduled', facts: { reason, dueAt } }, hold);
  };

  const askRates = async (doc: MessageDocument, about: LimitedMessage): Promise<HeldBack | undefined> => {
    const { workspace, state } = doc;
    const own = await campaigns.rate(workspace, state.campaignId);
    const held = own && (await askRate(doc, about, campaignWaitlist(state.campaignId), own));
    if (held !== undefined) return held;
    for (const rate of settings.of(workspace).rates ?? []) {
      if (rate.channel !== state.channel || (rate.provider ?? about.provider) !== about.provider) continue;
      const heldHere = await askRate(doc, about, rateWaitlist(rate), rate);
      if (heldHere !== undefined) return heldHere;
    }
    return undefined;
  };

  return async (doc, about) =>
    (await askHours(doc, about)) ??
    (about.transactional ? undefined : await askCaps(doc)) ??
    (await askRates(doc, about));
}

const CAMPAIGN = 'campaign:';
const campaignWaitlist = (campaignId: string): string => `${CAMPAIGN}${campaignId}`;
const rateWaitlist = ({ channel, provider }: { channel: string; provider?: string }): string =>
  provider === undefined ? `rate:${channel}` : `rate:${channel}:${provider}`;

/**
 * The rate that a waitlist waits for; undefined: it has none (any more), so its messages may leave.
 */
export const createRateOf =
  ({ settings, campaigns }: Pick<AskLimitsDeps, 'settings' | 'campaigns'>) =>
  async (workspace: string, waitlist: string): Promise<Rate | undefined> =>
    waitlist.startsWith(CAMPAIGN)
      ? campaigns.rate(workspace, waitlist.slice(CAMPAIGN.length))
      : settings.of(workspace).rates?.find((rate) => rateWaitlist(rate) === waitlist);
