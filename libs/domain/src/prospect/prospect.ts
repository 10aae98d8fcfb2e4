import type { Instant } from '../clock.ts';
import {
  evolveSubscription,
  evolveSuppression,
  type Subscription,
  type Suppression,
} from '../consent/decisions.ts';
import { subscriptionKey } from '../consent/rules.ts';
import { type Event, parseStream, type StoredEvent } from '../event.ts';
import { isObject, type JsonObject, type JsonValue } from '../json.ts';
import { comparePlaces, happenedAt, type Place, placeOf } from '../order.ts';

/**
 * A person, folded from the events of stream `prospect/<id>`. For each trait, and for the company, the latest
 * event by `order.ts` stands. `subscriptions` is by channel, or by `<channel>:<topic>`; `all` stands for
 * every channel. Well-known traits: email, phone, name, timezone (IANA), locale.
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
  /** The place of the event that set each value: it makes the fold independent of the order of arrival. */
  readonly stamps: Readonly<Record<string, Place>>;
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
    firstSeenAt: Math.min(state.firstSeenAt, happenedAt(event)),
    lastSeenAt: Math.max(state.lastSeenAt, happenedAt(event)),
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
  stamps: Readonly<Record<string, Place>>,
  event: Event,
): { traits: JsonObject; stamps: Record<string, Place> } {
  const nextTraits = new Map<string, JsonValue>(Object.entries(traits));
  const nextStamps = new Map<string, Place>(Object.entries(stamps));
  if (isObject(event.data.traits)) {
    for (const [name, value] of Object.entries(event.data.traits)) {
      const key = `traits:${name}`;
      if (!isLater(event, nextStamps.get(key))) continue;
      nextStamps.set(key, placeOf(event));
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
  const stamps = sorted(new Map(Object.entries({ ...state.stamps, companyId: placeOf(event) })));
  return companyId === null ? { ...rest, stamps } : { ...rest, companyId, stamps };
}

function withSubscription(state: ProspectState, event: Event, subscribed: boolean): ProspectState {
  const { topic } = event.data;
  const channel = channelOf(event);
  const key = typeof topic === 'string' ? subscriptionKey(channel, topic) : channel;
  const { subscriptions } = state;
  // Own properties only: a topic may be called `constructor`.
  const current = Object.hasOwn(subscriptions, key) ? subscriptions[key] : undefined;
  const decided = evolveSubscription(current, event, subscribed);
  return { ...state, subscriptions: sorted(new Map(Object.entries({ ...subscriptions, [key]: decided }))) };
}

function withSuppression(state: ProspectState, event: Event, suppressed: boolean): ProspectState {
  const channel = channelOf(event);
  const { suppressions = {} } = state;
  const decided = evolveSuppression(suppressions[channel], event, suppressed);
  return { ...state, suppressions: sorted(new Map(Object.entries({ ...suppressions, [channel]: decided }))) };
}

const channelOf = ({ data }: Event): string => (typeof data.channel === 'string' ? data.channel : 'all');

/**
 * Whether an event is later than the one that set a value. Where all else ties, `seq` decides: the later
 * fold.
 */
const isLater = (event: Event, set: Place | undefined): boolean =>
  set === undefined || comparePlaces(placeOf(event), set) >= 0;

/**
 * An object from a map, keys sorted: the same bytes in whatever order events arrive. Safe for keys such as
 * `__proto__`.
 */
const sorted = <V>(map: ReadonlyMap<string, V>): Record<string, V> =>
  Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

/** The prospect's own id, from the stream of an event. */
export const prospectIdOf = (event: Event): string | undefined => {
  const { kind, id } = parseStream(event.stream);
  return kind === 'prospect' ? id : undefined;
};
