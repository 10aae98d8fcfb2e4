import type { Instant } from '../clock.ts';
import type { Channel } from '../message/channel.ts';
import { addDuration, type DurationText } from '../time/duration.ts';

/** At most `count` messages to one person within any time of length `per`: of one channel, or of all. */
export interface Cap {
  readonly channel?: Channel;
  readonly count: number;
  /** ISO 8601; a day is 24 hours here. */
  readonly per: DurationText;
  /** `drop` (the default): one too many is suppressed. `delay`: it waits until there is room. */
  readonly then?: 'drop' | 'delay';
}

/** A message that counts: it has left, or is about to. */
export interface CountedSend {
  readonly messageId: string;
  readonly channel: Channel;
  readonly at: Instant;
}

export type CapDecision =
  /** `sends` is the list with this message in it and without what is too old to matter. */
  | { readonly kind: 'within'; readonly sends: readonly CountedSend[] }
  /**
   * `roomAt`: when the cap could take one more, if nothing else is counted until then. `counted`: the sends
   * that fill the cap.
   */
  | {
      readonly kind: 'over';
      readonly cap: Cap;
      readonly roomAt: Instant;
      readonly counted: readonly CountedSend[];
    };

/** Whether one more message stays within all caps. A message that is counted already gets the time `now`. */
export function withinCaps(
  caps: readonly Cap[],
  sends: readonly CountedSend[],
  message: Omit<CountedSend, 'at'>,
  now: Instant,
): CapDecision {
  const others = sends.filter(({ messageId }) => messageId !== message.messageId);
  let over: Extract<CapDecision, { kind: 'over' }> | undefined;
  for (const cap of caps) {
    if (!concerns(cap, message.channel)) continue;
    const length = lengthOf(cap.per);
    const counted = others
      .filter(({ channel, at }) => concerns(cap, channel) && at > now - length)
      .sort((a, b) => b.at - a.at);
    const last = counted[cap.count - 1];
    if (last === undefined) continue;
    const roomAt = last.at + length;
    // Dropping counts before waiting, and the longest wait before a shorter one.
    const isHarder =
      over === undefined ||
      isDrop(cap) > isDrop(over.cap) ||
      (isDrop(cap) === isDrop(over.cap) && roomAt > over.roomAt);
    if (isHarder) over = { kind: 'over', cap, roomAt, counted };
  }
  if (over !== undefined) return over;
  const oldest = now - Math.max(0, ...caps.map(({ per }) => lengthOf(per)));
  return { kind: 'within', sends: [...others.filter(({ at }) => at > oldest), { ...message, at: now }] };
}

/**
 * Whether a rule for one channel, or for all, holds for this channel. Webhooks do not go to the person: only
 * a rule that names them holds for them.
 */
export const concerns = (rule: { readonly channel?: Channel }, channel: Channel): boolean =>
  rule.channel === undefined ? channel !== 'webhook' : rule.channel === channel;

const isDrop = ({ then = 'drop' }: Cap): number => (then === 'drop' ? 1 : 0);

/** ms. Counted in UTC from a fixed day, so that a day is 24 hours and a month 31 days. */
const lengthOf = (per: DurationText): number => addDuration(0, per, 'UTC');

/** `3 email per P7D`, for reasons. */
export const sayCap = ({ count, channel, per }: Cap): string =>
  `${count} ${channel ?? 'messages'} per ${per}`;
