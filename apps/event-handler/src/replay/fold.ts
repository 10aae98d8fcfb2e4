import type { SendRequest } from '@herald/contracts';
import {
  asJson,
  type CompanyState,
  type EnrollmentState,
  evolveCompany,
  evolveEnrollment,
  evolveMessage,
  evolveProspect,
  happenedAt,
  initialCompany,
  initialProspect,
  isEnrollmentEvent,
  type JsonObject,
  type MessageState,
  type ProspectState,
  parseMessageType,
  parseStream,
  redactEnrollment,
  redactMessage,
  type StoredEvent,
  viewEnrollment,
} from '@herald/domain';

/** A document as the log says it must be. */
export interface Expected<S> {
  readonly workspace: string;
  readonly id: string;
  readonly state: S;
  /** The last event folded into it. */
  readonly last: StoredEvent;
  /** Of a message whose prospect is not erased: what its template sees beside the person. */
  readonly request?: Pick<SendRequest, 'event' | 'enrollment'>;
}

/** Everything that one stream is folded into. */
export interface FoldedStream {
  readonly workspace: string;
  readonly stream: string;
  readonly prospects: readonly Expected<ProspectState>[];
  readonly companies: readonly Expected<CompanyState>[];
  readonly enrollments: readonly Expected<EnrollmentState>[];
  readonly messages: readonly Expected<MessageState>[];
}

export interface StreamFold {
  /** By ascending seq. */
  add(event: StoredEvent): void;
  result(): FoldedStream;
}

/**
 * Folds a stream by the same functions that live handling uses. Memory holds states, and only those events
 * that came before their turn.
 */
export function foldStream(workspace: string, stream: string): StreamFold {
  const { kind, id } = parseStream(stream);
  let prospect = initialProspect(id);
  let company = initialCompany(id);
  let last: StoredEvent | undefined;
  const enrollments = new Map<string, VersionedFold<EnrollmentState>>();
  const messages = new Map<string, VersionedFold<MessageState>>();

  const expected = <S>(
    folds: ReadonlyMap<string, VersionedFold<S>>,
    finish: (state: S) => S,
  ): Expected<S>[] =>
    [...folds].flatMap(([foldedId, fold]) => {
      const folded = fold.result();
      return folded === undefined
        ? []
        : [{ workspace, id: foldedId, state: finish(folded.state), last: folded.last }];
    });

  return {
    add(event) {
      last = event;
      if (kind === 'company') company = evolveCompany(company, event);
      if (kind !== 'prospect') return;
      prospect = evolveProspect(prospect, event);
      if (isEnrollmentEvent(event)) foldOf(enrollments, event.data.enrollmentId, evolveEnrollment).add(event);
      const { messageId } = event.data;
      if (parseMessageType(event.type) !== undefined && typeof messageId === 'string') {
        foldOf(messages, messageId, evolveMessage).add(event);
      }
    },
    result() {
      const { erasedAt = Number.NEGATIVE_INFINITY } = prospect;
      const one = last === undefined ? undefined : { workspace, id, last };
      // The services redact what began before an erasure, also events of it that were recorded after.
      const enrolled = expected(enrollments, (state) =>
        happenedAt(state.entry) <= erasedAt ? redactEnrollment(state) : state,
      );
      return {
        workspace,
        stream,
        prospects: one !== undefined && kind === 'prospect' ? [{ ...one, state: prospect }] : [],
        companies: one !== undefined && kind === 'company' ? [{ ...one, state: company }] : [],
        enrollments: enrolled,
        messages: expected(messages, (state) => state).map((message) =>
          message.state.requestedAt <= erasedAt
            ? { ...message, state: redactMessage(message.state) }
            : withRequest(message, enrolled),
        ),
      };
    },
  };
}

function withRequest(
  message: Expected<MessageState>,
  enrolled: readonly Expected<EnrollmentState>[],
): Expected<MessageState> {
  const enrollment = enrolled.find(({ id }) => id === message.state.enrollmentId);
  if (enrollment === undefined) return message;
  const { seq: _seq, ...event } = enrollment.state.entry;
  const view = asJson(viewEnrollment(enrollment.state)) as JsonObject;
  return { ...message, request: { event, enrollment: view } };
}

type Evolve<S> = (state: S | undefined, event: StoredEvent) => S | undefined;

interface VersionedFold<S> {
  add(event: StoredEvent): void;
  result(): { readonly state: S; readonly last: StoredEvent } | undefined;
}

function foldOf<S extends { readonly version: number }>(
  folds: Map<string, VersionedFold<S>>,
  id: string,
  evolve: Evolve<S>,
): VersionedFold<S> {
  const existing = folds.get(id);
  if (existing !== undefined) return existing;
  const created = foldVersions(evolve);
  folds.set(id, created);
  return created;
}

/**
 * Folds events of an enrollment or message in the order of their versions, whatever their order in the
 * stream.
 */
function foldVersions<S extends { readonly version: number }>(evolve: Evolve<S>): VersionedFold<S> {
  let folded: { state: S; last: StoredEvent } | undefined;
  let early: StoredEvent[] = [];
  const fold = (event: StoredEvent): void => {
    const state = evolve(folded?.state, event);
    if (state !== undefined && state !== folded?.state) folded = { state, last: event };
  };
  return {
    add(event) {
      if (versionOf(event) <= (folded?.state.version ?? 0) + 1) fold(event);
      else early.push(event);
    },
    result() {
      for (const event of early.sort((a, b) => versionOf(a) - versionOf(b))) fold(event);
      early = [];
      return folded;
    },
  };
}

const versionOf = ({ data }: StoredEvent): number => (typeof data.version === 'number' ? data.version : 0);
