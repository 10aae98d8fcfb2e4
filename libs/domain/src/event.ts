import type { Instant } from './clock.ts';
import type { JsonObject } from './json.ts';
import { CHANNELS } from './message/channel.ts';

/** The shape version of events written today. Older ones are upcast at read. */
export const EVENT_SCHEMA = 1;
/** Beyond this causal depth an event lets nobody into a campaign: campaigns that trigger each other end. */
export const MAX_DEPTH = 16;

/** What an event's type looks like, as a regular expression and in words. */
export const EVENT_TYPE = '^[a-z][a-z0-9_-]*(\\.[a-z0-9_-]+)+$';
export const EVENT_TYPE_WORDS = 'an event type in lower case with a dot, such as trial.started';

/** What happened, in the past tense, as it was accepted. Only erasure ever changes it. */
export interface Event {
  readonly workspace: string;
  /** Unique in the workspace: the same id again is the same event. */
  readonly id: string;
  /** `prospect/<id>`, `company/<id>` or `campaign/<id>`. */
  readonly stream: string;
  /** Dotted, lower case: `trial.started`. */
  readonly type: string;
  readonly occurredAt: Instant;
  readonly receivedAt: Instant;
  /** Its place among what came in with it, and right before it within the ms of `receivedAt`. Absent: 0. */
  readonly position?: number;
  /** Shared by events that came in together: the id of the first. Absent where an event came alone. */
  readonly request?: string;
  /** `api`, `hooks/<source>`, `unsubscribe`, or the service that did it. */
  readonly source: string;
  readonly data: JsonObject;
  /** The source's body as it came, or the item of it in JSON, where a mapping was applied. */
  readonly raw?: string;
  readonly schema: number;
  /** Shared by all that follows from one event from outside. */
  readonly correlationId: string;
  /** The id of the event that caused this one. */
  readonly causationId?: string;
  /** How many causes lie behind it; 0 for an event from outside. */
  readonly depth: number;
  readonly traceparent?: string;
}

/** An event in the log: `seq` counts its stream from 1, without gaps, in the order of folding. */
export interface StoredEvent extends Event {
  readonly seq: number;
}

export type StreamKind = 'prospect' | 'company' | 'campaign';

export const streamOf = (kind: StreamKind, id: string): string => `${kind}/${id}`;

/** The kind and id that a stream's name holds. */
export function parseStream(stream: string): { kind: StreamKind; id: string } {
  const slash = stream.indexOf('/');
  return { kind: stream.slice(0, slash) as StreamKind, id: stream.slice(slash + 1) };
}

/**
 * Prefixes of the types that only Herald itself may record: nobody outside can forge a step, a send or an
 * erasure.
 */
const OWN_TYPES = ['enrollment', 'campaign', ...CHANNELS].map((namespace) => `${namespace}.`);
const OWN_EXACTLY: ReadonlySet<string> = new Set(['prospect.erased', 'message.reported']);
export const isOwnType = (type: string): boolean =>
  OWN_EXACTLY.has(type) || OWN_TYPES.some((prefix) => type.startsWith(prefix));

/** What an event carries on from the event that caused it. */
export type Cause = Pick<Event, 'correlationId' | 'causationId' | 'depth' | 'traceparent'>;

/** The fields of an event that its maker gives. */
export type EventFields = Omit<Event, 'schema' | 'correlationId' | 'causationId' | 'depth'>;

/**
 * An event of the newest schema. With a cause it continues the cause's chain; without one it comes from
 * outside and starts a chain: it is its own correlation, at depth 0.
 */
export const newEvent = (fields: EventFields, cause?: Cause): Event => ({
  ...fields,
  schema: EVENT_SCHEMA,
  correlationId: fields.id,
  depth: 0,
  ...cause,
});

/** An event as the cause of the events that it leads to. */
export const causedBy = (cause: Event): Cause => ({
  correlationId: cause.correlationId,
  causationId: cause.id,
  depth: cause.depth + 1,
  ...(cause.traceparent === undefined ? {} : { traceparent: cause.traceparent }),
});
