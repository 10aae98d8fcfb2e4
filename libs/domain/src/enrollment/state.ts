import type { Instant } from '../clock.ts';
import type { JsonObject } from '../json.ts';
import type { MessageLine } from '../message/channel.ts';

/** An event as an enrollment remembers it: what conditions and templates see of it. */
export interface SeenEvent {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Instant;
  readonly data: JsonObject;
  /** These three say where it stands in the order of events; see `Event`. */
  readonly receivedAt?: Instant;
  readonly position?: number;
  readonly request?: string;
}

export interface EntryEvent extends SeenEvent {
  readonly seq: number;
}

export type EnrollmentStatus = 'active' | 'completed' | 'exited' | 'failed';

/**
 * A wait under way. `since` is the logical time it counts from; no `dueAt` means that only an event ends it.
 * `window`: a step that sends waits until its message may leave, and is done after that.
 */
export interface Wait {
  readonly stepId: string;
  readonly kind: 'wait' | 'waitFor' | 'window';
  readonly since: Instant;
  readonly dueAt: Instant | null;
}

/** The event that a step waits for. */
export interface Awaited {
  readonly on: string;
  readonly when?: string;
}

/** How one step ended. */
export interface StepRecord {
  readonly at: Instant;
  readonly outcome: string;
  readonly branch?: string;
  readonly event?: SeenEvent;
  readonly messageId?: string;
}

/** One prospect's run through one version of one campaign, folded from its events. */
export interface EnrollmentState {
  readonly enrollmentId: string;
  readonly prospectId: string;
  readonly campaignId: string;
  readonly campaignVersion: number;
  readonly status: EnrollmentStatus;
  /** Counts this enrollment's events. */
  readonly version: number;
  /** Logical time: the instant of the entry event, then the end of each wait. */
  readonly clock: Instant;
  readonly entry: EntryEvent;
  /** Which entry of this prospect into this campaign it is, from 1. */
  readonly n: number;
  /** The last step that is done, and the branch taken there. */
  readonly done?: { readonly stepId: string; readonly branch?: string };
  readonly wait?: Wait;
  readonly steps: Readonly<Record<string, StepRecord>>;
  /** The last message requested in each line, which the next one stays behind. */
  readonly lastAsked?: { readonly [L in MessageLine]?: string };
  /** Where it is, for reports: the step it waits at, or the last one done. */
  readonly stepId: string | null;
  readonly endedAt?: Instant;
  /** Why it ended. */
  readonly reason?: string;
  /** It was ended from outside its steps: messages that have not left are not wanted any more. */
  readonly withdrawn?: boolean;
}

/** The enrollment that an event belongs to. */
export interface EnrollmentIdentity {
  readonly enrollmentId: string;
  readonly prospectId: string;
  readonly campaignId: string;
  readonly campaignVersion: number;
}

/** The state after a step: `done`, with what is recorded of it. */
export function withStepDone(
  state: EnrollmentState,
  at: Instant,
  stepId: string,
  record: Omit<StepRecord, 'at' | 'branch'>,
  branch?: string,
): EnrollmentState {
  const taken = branch === undefined ? {} : { branch };
  return {
    ...state,
    stepId,
    done: { stepId, ...taken },
    steps: { ...state.steps, [stepId]: { at, ...record, ...taken } },
  };
}

/** The event without its data, as erasure leaves it. */
export const withoutData = <S extends SeenEvent>(event: S): S => ({ ...event, data: {} });
