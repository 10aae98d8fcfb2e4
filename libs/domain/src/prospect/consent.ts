import type { Event } from '../event.ts';
import { placeOf } from '../order.ts';
import type { ProspectState } from './prospect.ts';
import { beats, type Decision, permit, type Refusal, refuse, type Standing, together } from './standing.ts';

/** What else must be remembered beside the decision that stands. */
interface Remembered {
  /** Permissions that would stand if the first one did not. */
  readonly others?: readonly Decision[];
  /** Where a permission stands: the refusal before it. */
  readonly refusal?: Refusal;
  /** Where a refusal stands: when the latest of all refusals happened, if that is another one. */
  readonly latestAt?: number;
}

/** Whether somebody wants messages, and the decision that says so. `at`: when it was made. */
export interface Subscription extends Decision, Remembered {
  readonly subscribed: boolean;
}

/**
 * Whether messages of a channel cannot or must not reach somebody, or can again, and the decision that says
 * so.
 */
export interface Suppression extends Decision, Remembered {
  readonly suppressed: boolean;
}

/** The subscription after an event that opts in or out. */
export function evolveSubscription(
  current: Subscription | undefined,
  event: Event,
  subscribed: boolean,
): Subscription {
  const { stands, ...decision } = evolve(current, current?.subscribed, decisionOf(event), subscribed);
  return { subscribed: stands, ...decision };
}

/** The suppression after an event that suppresses or lifts it. */
export function evolveSuppression(
  current: Suppression | undefined,
  event: Event,
  suppressed: boolean,
): Suppression {
  const { address } = event.data;
  const decision = {
    ...decisionOf(event),
    ...(typeof address === 'string' ? { address: plainAddress(address) } : {}),
  };
  const wasFree = current === undefined ? undefined : !current.suppressed;
  const { stands, ...rest } = evolve(current, wasFree, decision, !suppressed);
  return { suppressed: !stands, ...rest };
}

function evolve(
  current: (Decision & Remembered) | undefined,
  isPermitted: boolean | undefined,
  decision: Decision,
  permits: boolean,
): Decision & Remembered & { readonly stands: boolean } {
  const before = current === undefined ? { granted: [] } : standingOf(current, isPermitted ?? false);
  const { granted, refused } = permits ? permit(before, decision) : refuse(before, decision);
  const [first, ...others] = granted;
  if (first !== undefined) {
    return {
      ...{ stands: true, ...first },
      ...(others.length === 0 ? {} : { others }),
      ...(refused === undefined ? {} : { refusal: refused }),
    };
  }
  // A permission that does not stand alone was beaten by a refusal, so there is one.
  return { stands: false, ...(refused ?? decision) };
}

function standingOf(
  { others = [], refusal, ...decision }: Decision & Remembered,
  permits: boolean,
): Standing {
  if (!permits) return { granted: [], refused: onlyDecision(decision) };
  const granted = [onlyDecision(decision), ...others];
  return refusal === undefined ? { granted } : { granted, refused: refusal };
}

/** Without the flag that says which way the decision went. */
function onlyDecision(
  of: Refusal & { readonly subscribed?: unknown; readonly suppressed?: unknown },
): Refusal {
  const { subscribed: _wanted, suppressed: _blocked, ...decision } = of;
  return decision;
}

const decisionOf = (event: Event): Decision => ({
  ...placeOf(event),
  eventId: event.id,
  ...(typeof event.data.reason === 'string' ? { reason: event.data.reason } : {}),
});

/** Something that people can want messages about, or not, apart from the channel. */
export interface TopicRule {
  readonly id: string;
  /** Nobody gets it who has not asked for it. */
  readonly optIn?: boolean;
}

/** Where the decision about one topic of a channel stands among the subscriptions. */
export const subscriptionKey = (channel: string, topic: string): string => `${channel}:${topic}`;

/** Whether messages of this channel, and about this topic, may be sent. */
export const hasConsent = (prospect: ProspectState, channel: string, topic?: TopicRule): boolean =>
  whyNoConsent(prospect, channel, topic) === undefined;

/**
 * Why messages of this channel, and about this topic, may not be sent; undefined: they may. Of a channel the
 * latest decision stands, about it or about all. A decision about the topic stands before one about the
 * channel, save an opt-out of the channel that is later: so an opt-in to the channel does not bring back a
 * topic that was refused, and one can ask for a topic alone after opting out of the rest.
 */
export function whyNoConsent(
  { subscriptions }: ProspectState,
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

/**
 * Addresses that differ in their case alone are one: no server in use tells them apart, and a bounce repeats
 * them as it likes.
 */
export const plainAddress = (address: string): string => address.trim().toLowerCase();

/** The suppression that keeps messages of this channel from this address, if there is one. */
export function suppressionOf(
  { suppressions = {} }: ProspectState,
  channel: string,
  address: string | undefined,
): Suppression | undefined {
  return [suppressions[channel], suppressions.all].find(
    (one) =>
      one?.suppressed &&
      (one.address === undefined || (address !== undefined && one.address === plainAddress(address))),
  );
}
