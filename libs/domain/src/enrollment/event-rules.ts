import type { Instant } from '../clock.ts';
import type { JsonObject } from '../json.ts';
import type { EnrollmentIdentity, EnrollmentState } from './state.ts';

/** An event of an enrollment, as the prospect's stream holds it. */
export interface RecordedEvent {
  readonly type: string;
  /** In the logical time of the enrollment. */
  readonly occurredAt: Instant;
  readonly data: EnrollmentIdentity & {
    /** Counts the events of one enrollment from 1. */
    readonly version: number;
  };
}

/** The event of a type, with what its data have beside the enrollment that it belongs to. */
export interface EventOf<Type extends string, Data> extends RecordedEvent {
  readonly type: Type;
  readonly data: RecordedEvent['data'] & Data;
}

/** What the caller says of an event; the enrollment and the version are added when it is recorded. */
export type DataOf<E extends RecordedEvent> = Omit<E['data'], keyof RecordedEvent['data']>;

/** What happened and why, in words. */
export interface InWords {
  readonly what: string;
  readonly why: string;
}

/**
 * An event that another one causes in the prospect's stream. `name` makes its id, together with its cause.
 */
interface CausedEvent {
  readonly name: string;
  readonly type: string;
  readonly data: JsonObject;
}

/** All that follows from one type of event. */
export interface EventRules<E extends RecordedEvent> {
  /** The enrollment after the event. `state` has its version already. */
  evolve(state: EnrollmentState, event: E): EnrollmentState;
  /** What erasure leaves of the data: nothing about the person. */
  redact(data: E['data']): E['data'];
  /** For the timeline. The data may have been redacted. */
  explain(data: E['data']): InWords;
  causes?(data: E['data']): CausedEvent;
}

/** The rules of several events, by type. */
export type RulesByType<E extends RecordedEvent> = {
  readonly [Type in E['type']]: EventRules<Extract<E, { readonly type: Type }>>;
};

/** `redact` of an event that has nothing about the person. */
export const keepAll = <Data>(data: Data): Data => data;
