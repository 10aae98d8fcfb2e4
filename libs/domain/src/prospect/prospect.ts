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

/** When and by which event a value was last set: what makes the fold independent of the order of arrival. */
interface Stamp {
  readonly at: Instant;
  readonly eventId: string;
}

/**
 * A person, folded from the events of stream `prospect/<id>`. Traits are last-writer-wins by `occurredAt` (ties: the greater
 * event id). `subscriptions` is by channel; `all` stands for every channel. Well-known traits: email, phone, name, timezone (IANA),
 * locale.
 */
export interface ProspectState {
  readonly prospectId: string;
  readonly traits: JsonObject;
  readonly companyId?: string;
  readonly subscriptions: Readonly<Record<string, Subscription>>;
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
  const channel = typeof event.data.channel === 'string' ? event.data.channel : 'all';
  const current = state.subscriptions[channel];
  if (!isLater(event, current)) return state;
  const reason = typeof event.data.reason === 'string' ? { reason: event.data.reason } : {};
  const subscription: Subscription = { subscribed, ...stampOf(event), ...reason };
  return {
    ...state,
    subscriptions: sorted(new Map(Object.entries({ ...state.subscriptions, [channel]: subscription }))),
  };
}

const stampOf = (event: Event): Stamp => ({ at: event.occurredAt, eventId: event.id });

const isLater = (event: Event, stamp: Stamp | undefined): boolean =>
  stamp === undefined ||
  event.occurredAt > stamp.at ||
  (event.occurredAt === stamp.at && event.id > stamp.eventId);

/** An object from a map, keys in order: a fold gives the same bytes whatever the order of arrival. Safe for keys like `__proto__`. */
const sorted = <V>(map: ReadonlyMap<string, V>): Record<string, V> =>
  Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

/** Whether messages of this channel may be sent: no opt-out of the channel or of all that is later than an opt-in. */
export function hasConsent(prospect: ProspectState, channel: string): boolean {
  const decisions = [prospect.subscriptions[channel], prospect.subscriptions.all].filter(
    (s) => s !== undefined,
  );
  const latest = decisions.reduce<Subscription | undefined>((a, b) => (a && a.at > b.at ? a : b), undefined);
  return latest?.subscribed ?? true;
}

/** The prospect's own id, from the stream of an event. */
export const prospectIdOf = (event: Event): string | undefined => {
  const { kind, id } = parseStream(event.stream);
  return kind === 'prospect' ? id : undefined;
};
