import {
  type CompanyDocument,
  collections,
  type EnrollmentDocument,
  type MessageDocument,
  type ProspectDocument,
} from '@herald/contracts';
import {
  type CompanyState,
  type EnrollmentState,
  type Event,
  isEnrollmentEvent,
  isObject,
  type MessageState,
  mayStillLeave,
  type ProspectState,
  parseMessageType,
  type StoredEvent,
  streamOf,
} from '@herald/domain';
import type { Collection, Document, Store } from '@herald/store';
import type { Expected, FoldedStream } from './fold.ts';

/** One kind of document that is folded from the log. */
export interface Kind<S, D extends Document> {
  readonly name: string;
  readonly collection: Collection<D>;
  expectedIn(folded: FoldedStream): readonly Expected<S>[];
  /** What is compared, byte for byte: all that the log determines. Leases, outboxes and alarms are not. */
  contentOf(doc: D): unknown;
  contentFor(expected: Expected<S>): unknown;
  /** The document as it should be. `live`: the one that is there now. */
  rebuild(expected: Expected<S>, live: D | undefined): D;
  /** The document knows more than the log: some of its events are still on their way there. */
  isAhead(doc: D, expected: Expected<S> | undefined): boolean;
  /** The stream that a document says it belongs to. */
  streamOf(doc: D): string | undefined;
  /** Whether an event of that stream belongs to the document. */
  isOf(doc: D, event: StoredEvent): boolean;
}

export interface Kinds {
  readonly prospects: Kind<ProspectState, ProspectDocument>;
  readonly companies: Kind<CompanyState, CompanyDocument>;
  readonly enrollments: Kind<EnrollmentState, EnrollmentDocument>;
  readonly messages: Kind<MessageState, MessageDocument>;
}

/** `settled`: nothing is on its way to the log, except from outboxes. */
export function createKinds(store: Store, settled: boolean): Kinds {
  return {
    prospects: {
      name: collections.prospects.name,
      collection: store.collection(collections.prospects),
      expectedIn: (folded) => folded.prospects,
      ...ofStream<ProspectState, ProspectDocument>('prospect'),
    },
    companies: {
      name: collections.companies.name,
      collection: store.collection(collections.companies),
      expectedIn: (folded) => folded.companies,
      ...ofStream<CompanyState, CompanyDocument>('company'),
    },
    enrollments: {
      name: collections.enrollments.name,
      collection: store.collection(collections.enrollments),
      expectedIn: (folded) => folded.enrollments,
      ...ofProspect<EnrollmentState, EnrollmentDocument>(settled),
      isOf: (doc, event) => isEnrollmentEvent(event) && event.data.enrollmentId === doc.id,
      rebuild: ({ workspace, id, state, last }, live) => ({
        ...(live ?? { workspace, id, outbox: [], cause: causeOf(last) }),
        version: nextVersion(state, live),
        state,
        sweepAt: nextSweepAt(live, last, state.status === 'active'),
      }),
    },
    messages: {
      name: collections.messages.name,
      collection: store.collection(collections.messages),
      expectedIn: (folded) => folded.messages,
      ...ofProspect<MessageState, MessageDocument>(settled),
      isOf: (doc, event) => parseMessageType(event.type) !== undefined && event.data.messageId === doc.id,
      rebuild: ({ workspace, id, state, last, request }, live) => ({
        ...(live ?? { workspace, id, outbox: [], cause: causeOf(last), ...(request && { request }) }),
        version: nextVersion(state, live),
        state,
        sweepAt: nextSweepAt(live, last, mayStillLeave(state.status) || state.status === 'unknown'),
      }),
    },
  };
}

type StreamDocument<S> = Document & { readonly state: S };

/** Documents that are the fold of a whole stream: `version` is the seq of the last event. */
function ofStream<S extends { readonly seq: number }, D extends StreamDocument<S>>(
  kind: 'prospect' | 'company',
) {
  return {
    contentOf: ({ version, state }: StreamDocument<S>) => ({ version, state }),
    contentFor: ({ state }: Expected<S>) => ({ version: state.seq, state }),
    rebuild: ({ workspace, id, state }: Expected<S>) => ({ workspace, id, version: state.seq, state }),
    // The log is written first.
    isAhead: () => false,
    streamOf: (doc: D) => streamOf(kind, doc.id),
    isOf: () => true,
  };
}

type ProspectsDocument<S> = Document & { readonly state: S; readonly outbox: readonly unknown[] };

/**
 * Documents folded from some events of their prospect's stream; `version` counts writes and is not in the
 * log.
 */
function ofProspect<S, D extends ProspectsDocument<S>>(settled: boolean) {
  return {
    contentOf: ({ state }: D): unknown => ({ state }),
    contentFor: ({ state }: Expected<S>): unknown => ({ state }),
    isAhead: (doc: D, expected: Expected<S> | undefined) => {
      const held = numberIn(doc.state, 'version');
      // It was requested, and has no event yet.
      if (held === 0 && expected === undefined) return true;
      const known = numberIn(expected?.state, 'version') ?? 0;
      return held !== undefined && held > known && (!settled || doc.outbox.length > 0);
    },
    streamOf: ({ state }: D): string | undefined =>
      isObject(state) && typeof state.prospectId === 'string'
        ? streamOf('prospect', state.prospectId)
        : undefined,
  };
}

const numberIn = (value: unknown, name: string): number | undefined =>
  isObject(value) && typeof value[name] === 'number' ? value[name] : undefined;

/**
 * Later than the document's version, which others may have read, and than the state's, which numbers the next
 * event of a message.
 */
const nextVersion = (state: { readonly version: number }, live: Document | undefined): number =>
  Math.max(state.version, live?.version ?? 0) + 1;

/** In the past, so that the next sweep looks at the document; null when there is nothing more to do. */
const nextSweepAt = (
  live: { readonly outbox: readonly unknown[] } | undefined,
  last: StoredEvent,
  isOpen: boolean,
): number | null => (isOpen || (live !== undefined && live.outbox.length > 0) ? last.receivedAt : null);

const causeOf = (event: Event) => ({
  correlationId: event.correlationId,
  ...(event.causationId === undefined ? {} : { causationId: event.causationId }),
  depth: event.depth,
  ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
});
