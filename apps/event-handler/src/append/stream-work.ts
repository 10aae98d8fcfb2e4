import { type Event, type Instant, parseStream, type StoredEvent, type StreamKind } from '@herald/domain';
import type { EventLog } from '@herald/store';
import { isFromBefore, redact } from '../erasure/redact.ts';
import { evolveState, initialState, isProspect, type ProjectedState } from '../log/projected-state.ts';
import { readStream } from '../log/read-stream.ts';

/** One stream while a batch is handled: how far it is folded, and what is still to be appended to it. */
export interface StreamWork {
  readonly workspace: string;
  readonly stream: string;
  readonly kind: StreamKind;
  readonly id: string;
  /** Of the document as it was last read; null where there is none. */
  docVersion: number | null;
  /** The fold of the stream up to `seq`; undefined for a kind without a projection. */
  state: ProjectedState | undefined;
  seq: number;
  /** In order of arrival. */
  pending: Event[];
  /** The seq of a `prospect.erased` that was folded here: the events before it must be redacted first. */
  erasedSeq: number | undefined;
  /** How often another writer took the next seq first. */
  conflicts: number;
}

/** A document of a stream: its version is the seq of the last event folded. */
export interface KnownState {
  readonly version: number;
  readonly state: ProjectedState;
}

export function createWork(workspace: string, stream: string): StreamWork {
  const { kind, id } = parseStream(stream);
  const state = initialState(kind, id);
  const progress = { docVersion: null, state, seq: 0, pending: [], erasedSeq: undefined, conflicts: 0 };
  return { workspace, stream, kind, id, ...progress };
}

/** Starts over from a document, or from nothing. */
export function restart(work: StreamWork, doc: KnownState | undefined): void {
  work.docVersion = doc?.version ?? null;
  work.state = doc?.state ?? initialState(work.kind, work.id);
  work.seq = doc?.version ?? 0;
}

export function fold(work: StreamWork, event: StoredEvent): void {
  if (work.state !== undefined) work.state = evolveState(work.state, event);
  work.seq = event.seq;
  if (event.type === 'prospect.erased') work.erasedSeq = event.seq;
}

/** The pending events as they are to be stored: with the next seqs, and redacted after an erasure. */
export function plan(work: StreamWork): StoredEvent[] {
  let seq = work.seq;
  let erasedAt = work.state !== undefined && isProspect(work.state) ? work.state.erasedAt : undefined;
  return work.pending.map((event) => {
    seq += 1;
    const stored = { ...redactLate(event, erasedAt), seq };
    if (event.type === 'prospect.erased') erasedAt = event.occurredAt;
    return stored;
  });
}

const redactLate = (event: Event, erasedAt: Instant | undefined): Event =>
  erasedAt !== undefined && isFromBefore(event, erasedAt) ? redact(event) : event;

/**
 * Folds in the events of the log after `seq`: those of another writer, or those that a crash kept from the
 * projection. Pending events found there are pending no more; `onFound` is called for each.
 */
export async function catchUp(
  log: EventLog,
  work: StreamWork,
  onFound?: (event: StoredEvent, fresh: false) => void,
): Promise<void> {
  const { workspace, stream } = work;
  for await (const page of readStream(log, { workspace, stream, afterSeq: work.seq })) {
    for (const event of page) {
      fold(work, event);
      if (withdrawPending(work, event.id)) onFound?.(event, false);
    }
  }
}

/** Takes an event that is in the log already from those to be appended; true if it was among them. */
export function withdrawPending(work: StreamWork, id: string): boolean {
  const index = work.pending.findIndex((event) => event.id === id);
  if (index < 0) return false;
  work.pending.splice(index, 1);
  return true;
}
