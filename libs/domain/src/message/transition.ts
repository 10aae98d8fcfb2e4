import type { Instant } from '../clock.ts';
import { type Cause, type Event, newEvent, streamOf } from '../event.ts';
import { deriveId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { evolveMessage } from './evolve.ts';
import type {
  MessageFacts,
  MessageIdentity,
  MessageOutcome,
  MessageState,
  MessageStatus,
} from './message.ts';

/** What happens to a message, before it is an event. Facts that are not named stay as they were. */
export interface MessageTransition {
  readonly outcome: MessageOutcome;
  readonly facts?: Partial<Omit<MessageFacts, 'version' | 'status'>>;
  /** Where the message stands after it. Default: where the outcome says. */
  readonly status?: MessageStatus;
  /** The event that reported it, and the instant that it reports. */
  readonly report?: { readonly id: string; readonly at: Instant };
}

export interface RecordOptions {
  readonly workspace: string;
  readonly state: MessageState;
  /** The document version that this makes; it orders the fold. */
  readonly version: number;
  readonly transition: MessageTransition;
  readonly cause: Cause;
  readonly now: Instant;
}

/**
 * The event that records a transition, and the state after it. The event carries every known fact about the
 * message, so it folds to the same state even if events before it are missing.
 */
export function recordTransition(options: RecordOptions): { event: Event; state: MessageState } {
  const { workspace, state, version, transition, cause, now } = options;
  const { status, report } = transition;
  const facts = { ...knownFacts(state), ...transition.facts, status, version };
  const event = newEvent(
    {
      workspace,
      id: deriveId('message', state.messageId, version),
      stream: streamOf('prospect', state.prospectId),
      type: `${state.channel}.${transition.outcome}`,
      occurredAt: report === undefined ? now : occurredAt(state, report.at, now),
      receivedAt: now,
      source: 'messaging',
      data: withoutGaps({ ...identityOf(state), ...facts }),
    },
    report === undefined ? cause : { ...cause, causationId: report.id },
  );
  // The first event is folded onto nothing, as in a replay.
  const evolved = evolveMessage(state.version === 0 ? undefined : state, event);
  if (evolved === undefined) throw new Error(`${event.type} is no event of a message`);
  return { event, state: evolved };
}

/**
 * Providers' clocks are often wrong and give whole seconds: a report counts for no time before the request or
 * the departure of its message, and for none in the future.
 */
const occurredAt = (state: MessageState, at: Instant, now: Instant): Instant =>
  Math.min(now, Math.max(at, state.requestedAt, state.sentAt ?? state.changedAt));

const identityOf = (state: MessageState): MessageIdentity => ({
  messageId: state.messageId,
  prospectId: state.prospectId,
  channel: state.channel,
  template: state.template,
  campaignId: state.campaignId,
  campaignVersion: state.campaignVersion,
  enrollmentId: state.enrollmentId,
  stepId: state.stepId,
  requestedAt: state.requestedAt,
});

/** The reason is left out: it is one outcome's own. */
const knownFacts = ({
  to,
  templateVersion,
  locale,
  copies,
  attachments,
  provider,
  providerId,
  dueAt,
  attempts,
}: MessageState) => ({
  to,
  templateVersion,
  locale,
  copies,
  attachments,
  provider,
  providerId,
  dueAt,
  attempts,
});

/** Without the fields that are undefined. */
export const withoutGaps = (fields: object): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
