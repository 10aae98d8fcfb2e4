import { plainAddress } from './address.ts';
import { type Subscription, type Suppression, standingOf } from './decisions.ts';
import { beats, type Standing, together } from './standing.ts';

/** What a person has decided, or others have decided about them. */
interface Consents {
  /** By channel, by `<channel>:<topic>`, or by `all`. */
  readonly subscriptions: Readonly<Record<string, Subscription>>;
  /** By channel, or by `all`. */
  readonly suppressions?: Readonly<Record<string, Suppression>>;
}

/** A subject that people can want messages about, or not, apart from the channel. */
export interface TopicRule {
  readonly id: string;
  /** Only people who have opted in get its messages. */
  readonly optIn?: boolean;
}

/** The key of the decision about one topic of a channel among the subscriptions. */
export const subscriptionKey = (channel: string, topic: string): string => `${channel}:${topic}`;

/** Whether messages of this channel, and about this topic, may be sent. */
export const hasConsent = (consents: Consents, channel: string, topic?: TopicRule): boolean =>
  whyNoConsent(consents, channel, topic) === undefined;

/**
 * Why messages of this channel, and about this topic, may not be sent; undefined: they may. For a channel,
 * the latest decision about it or about all channels stands. A decision about the topic outranks one about
 * the channel, unless that is a later opt-out. So an opt-in to the channel does not bring back a refused
 * topic, and a person can opt in to one topic after opting out of the channel.
 */
export function whyNoConsent(
  { subscriptions }: Consents,
  channel: string,
  topic?: TopicRule,
): 'unsubscribed' | 'not_subscribed' | undefined {
  const about = (...keys: string[]): Standing =>
    together(
      keys
        .map((key) => subscriptions[key])
        .filter((one) => one !== undefined)
        .map((one) => standingOf(one, one.subscribed)),
    );
  const general = about(channel, 'all');
  const isOut = general.refused !== undefined && general.granted.length === 0;
  if (topic === undefined) return isOut ? 'unsubscribed' : undefined;
  const { granted, refused } = about(subscriptionKey(channel, topic.id), subscriptionKey('all', topic.id));
  if (refused !== undefined && granted.length === 0) return 'unsubscribed';
  const asked = granted.some((one) => general.refused === undefined || beats(one, general.refused));
  if (isOut && !asked) return 'unsubscribed';
  return topic.optIn && granted.length === 0 ? 'not_subscribed' : undefined;
}

/** The suppression that keeps messages of this channel from this address, if there is one. */
export function suppressionOf(
  { suppressions = {} }: Consents,
  channel: string,
  address: string | undefined,
): Suppression | undefined {
  return [suppressions[channel], suppressions.all].find(
    (one) =>
      one?.suppressed &&
      (one.address === undefined || (address !== undefined && one.address === plainAddress(address))),
  );
}
