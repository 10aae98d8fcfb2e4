import type { Instant } from '../clock.ts';
import type { JsonObject } from '../json.ts';
import type { Channel, MessageLine } from '../message/message.ts';

/** An event as a campaign remembers it: what conditions and templates see of it. */
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

/** The event that a `waitFor` waits for, as its step says it. */
export interface Awaited {
  readonly on: string;
  readonly when?: string;
}

/** What became of one step. */
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
  /** The last message asked for in each line, which the next one stays behind. */
  readonly lastAsked?: { readonly [L in MessageLine]?: string };
  /** Where it is, for reports: the step it waits at, or the last one done. */
  readonly stepId: string | null;
  readonly endedAt?: Instant;
  /** Why it ended. */
  readonly reason?: string;
  /** It was ended from outside its steps: messages that have not left are not wanted any more. */
  readonly withdrawn?: boolean;
}

/** Whose run through what it is. */
export interface EnrollmentIdentity {
  readonly enrollmentId: string;
  readonly prospectId: string;
  readonly campaignId: string;
  readonly campaignVersion: number;
}

interface Common extends EnrollmentIdentity {
  /** Counts the events of one enrollment from 1. */
  readonly version: number;
}

/**
 * The events of an enrollment, as `type` and `data` of events in the prospect's stream; their `occurredAt` is
 * logical time.
 */
export type EnrollmentEvent =
  | {
      readonly type: 'enrollment.entered';
      readonly data: Common & { readonly entry: EntryEvent; readonly n: number };
    }
  | {
      readonly type: 'enrollment.waiting';
      /** `hours`: which hours a `window` waits for. */
      readonly data: Common & Wait & { readonly awaits?: Awaited; readonly hours?: string };
    }
  | {
      readonly type: 'enrollment.resumed';
      readonly data: Common & {
        stepId: string;
        by: 'due' | 'event';
        branch?: string;
        event?: SeenEvent;
        awaits?: Awaited;
      };
    }
  | {
      readonly type: 'enrollment.requested';
      readonly data: Common & {
        stepId: string;
        messageId: string;
        channel: Channel;
        template: string;
        /** Where a webhook goes. */
        url?: string;
        /** The message before it: until that one has left or has ended, this one does not leave. */
        after?: string;
        /** The run does not wait for it, and no later message stays behind it. */
        then?: 'dontWait';
      };
    }
  | {
      readonly type: 'enrollment.chose';
      readonly data: Common & { stepId: string; branch: string; why: string };
    }
  | { readonly type: 'enrollment.updated'; readonly data: Common & { stepId: string; traits: JsonObject } }
  | {
      readonly type: 'enrollment.emitted';
      readonly data: Common & { stepId: string; eventType: string; eventData: JsonObject };
    }
  | {
      readonly type: 'enrollment.exited';
      readonly data: Common & { reason: string; withdrawn: boolean; stepId?: string; event?: SeenEvent };
    }
  | { readonly type: 'enrollment.completed'; readonly data: Common }
  | { readonly type: 'enrollment.failed'; readonly data: Common & { stepId: string; reason: string } };

/** An event of an enrollment with the logical time at which it happened. */
export type EnrollmentFact = EnrollmentEvent & { readonly occurredAt: Instant };
