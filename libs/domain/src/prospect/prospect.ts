import type { Instant } from '../clock.ts';
import { type Event, parseStream, type StoredEvent } from '../event.ts';
import { isObject, type JsonObject, type JsonValue } from '../json.ts';

/** One consent decision: the latest by `occurredAt` stands. */
export interface Subscription {
  readonly subscribed: boolean;
  readonly at: Instant;
  readonly eventId: string;
  readonly reason?: string;
}

/** That messages of a channel cannot or must not reach somebody, or can again: the latest by `occurredAt` stands. */
export interface Suppression {
  readonly suppressed: boolean;
  /** The only address that it is about; every address of the channel where there is none. */
  readonly address?: string;
  readonly at: Instant;
  readonly eventId: string;
  readonly reason?: string;
}

/** When and by which event a value was last set: what makes the fold independent of the order of arrival. */
interface Stamp {
  readonly at: Instant;
  readonly eventId: string;
}

/**
 * A person, folded from the events of stream `prospect/<id>`. Traits are last-writer-wins by `occurredAt` (ties: the greater
 * event id). `subscriptions` is by channel, or by `<channel>:<topic>`; `all` stands for every channel. Well-known traits: email, phone, name, timezone (IANA),
 * locale.
 */
export interface ProspectState {
  readonly prospectId: string;
  readonly traits: JsonObject;
  readonly companyId?: string;
  readonly subscriptions: Readonly<Record<string, Subscription>>;
  /** By channel; absent until there is one. */
  readonly suppressions?: Readonly<Record<string, Suppression>>;
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
  readonly erasedAt?: Instant;
  /** The seq of the last event folded. */
  readonly seq: number;
  readonly stamps: Readonly<Record<string, Stamp>>;
}

export const initialProspect = (prospectId: string): ProspectState => ({
  prospectId,
  traits: {},
  subscriptions: {},
  firstSeenAt: Number.MAX_SAFE_INTEGER,
  lastSeenAt: 0,
  seq: 0,
  stamps: {},
});

/** Folds one stored event into its prospect. */
export function evolveProspect(state: ProspectState, event: StoredEvent): ProspectState {
  if (event.type === 'prospect.erased') {
    return {
      ...initialProspect(state.prospectId),
      firstSeenAt: event.occurredAt,
      lastSeenAt: event.occurredAt,
      erasedAt: event.occurredAt,
      seq: event.seq,
    };
  }
  const seen: ProspectState = {
    ...state,
    seq: event.seq,
    firstSeenAt: Math.min(state.firstSeenAt, event.occurredAt),
    lastSeenAt: Math.max(state.lastSeenAt, event.occurredAt),
  };
  switch (event.type) {
    case 'prospect.updated':
      return withCompany(withTraits(seen, event), event);
    case 'prospect.subscribed':
      return withSubscription(seen, event, true);
    case 'prospect.unsubscribed':
      return withSubscription(seen, event, false);
    case 'prospect.suppressed':
      return withSuppression(seen, event, true);
    case 'prospect.unsuppressed':
      return withSuppression(seen, event, false);
    default:
      return seen;
  }
}

function withTraits(state: ProspectState, event: Event): ProspectState {
  const { traits, stamps } = mergeTraits(state.traits, state.stamps, event);
  return { ...state, traits, stamps };
}

/** Sets each trait the event names unless a later event has set it; null removes. Shared with companies. */
export function mergeTraits(
  traits: JsonObject,
  stamps: Readonly<Record<string, Stamp>>,
  event: Event,
): { traits: JsonObject; stamps: Record<string, Stamp> } {
  const nextTraits = new Map<string, JsonValue>(Object.entries(traits));
  const nextStamps = new Map<string, Stamp>(Object.entries(stamps));
  if (isObject(event.data.traits)) {
    for (const [name, value] of Object.entries(event.data.traits)) {
      const key = `traits.${name}`;
      if (!isLater(event, nextStamps.get(key))) continue;
      nextStamps.set(key, stampOf(event));
      if (value === null) nextTraits.delete(name);
      else nextTraits.set(name, value as JsonValue);
    }
  }
  return { traits: sorted(nextTraits), stamps: sorted(nextStamps) };
}

function withCompany(state: ProspectState, event: Event): ProspectState {
  const { companyId } = event.data;
  if ((typeof companyId !== 'string' && companyId !== null) || !isLater(event, state.stamps.companyId))
    return state;
  const { companyId: _was, ...rest } = state;
  const stamps = sorted(new Map(Object.entries({ ...state.stamps, companyId: stampOf(event) })));
  return companyId === null ? { ...rest, stamps } : { ...rest, companyId, stamps };
}

function withSubscription(state: ProspectState, event: Event, subscribed: boolean): ProspectState {
  const { topic } = event.data;
  const channel = channelOf(event);
  const key = typeof topic === 'string' ? subscriptionKey(channel, topic) : channel;
  const current = state.subscriptions[key];
  if (!isLater(event, current)) return state;
  const reason = typeof event.data.reason === 'string' ? { reason: event.data.reason } : {};
  const subscription: Subscription = { subscribed, ...stampOf(event), ...reason };
  return {
    ...state,
    subscriptions: sorted(new Map(Object.entries({ ...state.subscriptions, [key]: subscription }))),
  };
}

/** Where the decision about one topic of a channel stands among the subscriptions. */
export const subscriptionKey = (channel: string, topic: string): string => `${channel}:${topic}`;

function withSuppression(state: ProspectState, event: Event, suppressed: boolean): ProspectState {
  const channel = channelOf(event);
  const { suppressions = {} } = state;
  if (!isLater(event, suppressions[channel])) return state;
  const { address, reason } = event.data;
  const suppression: Suppression = {
    suppressed,
    ...stampOf(event),
    ...(typeof address === 'string' ? { address: plainAddress(address) } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
  };
  return {
    ...state,
    suppressions: sorted(new Map(Object.entries({ ...suppressions, [channel]: suppression }))),
  };
}

const channelOf = ({ data }: Event): string => (typeof data.channel === 'string' ? data.channel : 'all');

/** Addresses that differ in their case alone are one: no server in use tells them apart, and a bounce repeats them as it likes. */
export const plainAddress = (address: string): string => address.trim().toLowerCase();

const stampOf = (event: Event): Stamp => ({ at: event.occurredAt, eventId: event.id });

const isLater = (event: Event, stamp: Stamp | undefined): boolean =>
  stamp === undefined ||
  event.occurredAt > stamp.at ||
  (event.occurredAt === stamp.at && event.id > stamp.eventId);

/** An object from a map, keys in order: a fold gives the same bytes whatever the order of arrival. Safe for keys like `__proto__`. */
const sorted = <V>(map: ReadonlyMap<string, V>): Record<string, V> =>
  Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

/** Something that people can want messages about, or not, apart from the channel. */
export interface TopicRule {
  readonly id: string;
  /** Nobody gets it who has not asked for it. */
  readonly optIn?: boolean;
}

/** Whether messages of this channel, and about this topic, may be sent. */
export const hasConsent = (prospect: ProspectState, channel: string, topic?: TopicRule): boolean =>
  whyNoConsent(prospect, channel, topic) === undefined;

/**
 * Why messages of this channel, and about this topic, may not be sent; undefined: they may. Of a channel the latest decision stands, about it
 * or about all. A decision about the topic stands before one about the channel, save an opt-out of the channel that is later: so
 * an opt-in to the channel does not bring back a topic that was refused, and one can ask for a topic alone after opting out of the rest.
 */
export function whyNoConsent(
  { subscriptions }: ProspectState,
  channel: string,
  topic?: TopicRule,
): 'unsubscribed' | 'not_subscribed' | undefined {
  const general = latestOf(subscriptions[channel], subscriptions.all);
  if (topic === undefined) return general?.subscribed === false ? 'unsubscribed' : undefined;
  const about = latestOf(
    subscriptions[subscriptionKey(channel, topic.id)],
    subscriptions[subscriptionKey('all', topic.id)],
  );
  if (about?.subscribed === false) return 'unsubscribed';
  if (general?.subscribed === false && !(about !== undefined && about.at > general.at)) return 'unsubscribed';
  return about === undefined && topic.optIn ? 'not_subscribed' : undefined;
}

const latestOf = (a: Subscription | undefined, b: Subscription | undefined): Subscription | undefined =>
  a !== undefined && (b === undefined || a.at > b.at) ? a : b;

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

/** The prospect's own id, from the stream of an event. */
export const prospectIdOf = (event: Event): string | undefined => {
  const { kind, id } = parseStream(event.stream);
  return kind === 'prospect' ? id : undefined;
};
