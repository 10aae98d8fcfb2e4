import type { Instant } from '../clock.ts';
import type { Channel } from '../message/message.ts';
import { addDuration, type DurationText } from '../time/duration.ts';

/**
 * No more than `count` messages to one person within any stretch of time that is `per` long: of one channel,
 * or of all.
 */
export interface Cap {
  readonly channel?: Channel;
  readonly count: number;
  /** ISO 8601; a day is 24 hours here. */
  readonly per: DurationText;
  /** What becomes of one too many: it is suppressed (the default), or waits until there is room. */
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
   * `roomAt`: when the cap could take one more, if nothing else is counted until then. `counted`: what stands
   * in the way.
   */
  | {
      readonly kind: 'over';
      readonly cap: Cap;
      readonly roomAt: Instant;
      readonly counted: readonly CountedSend[];
    };

/**
 * Whether one more message stays within all caps. One that is counted already stays counted, from now on with
 * the time `now`.
 */
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
    // Dropping is told before waiting, and the longest wait before a shorter one.
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
 * Whether what is said of one channel, or of all, is said of this one. Webhooks are not to the person: of
 * them only what names them is.
 */
export const concerns = (said: { readonly channel?: Channel }, channel: Channel): boolean =>
  said.channel === undefined ? channel !== 'webhook' : said.channel === channel;

const isDrop = ({ then = 'drop' }: Cap): number => (then === 'drop' ? 1 : 0);

/** ms. Counted in UTC from a fixed day, so that a day is 24 hours and a month 31 days. */
const lengthOf = (per: DurationText): number => addDuration(0, per, 'UTC');

/** `3 email per P7D`, for reasons. */
export const sayCap = ({ count, channel, per }: Cap): string =>
  `${count} ${channel ?? 'messages'} per ${per}`;
