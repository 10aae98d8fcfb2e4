import type { Instant } from '../clock.ts';
import { EVENT_SCHEMA, type Event, streamOf } from '../event.ts';
import { deriveId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import {
  evolveMessage,
  type MessageFacts,
  type MessageIdentity,
  type MessageOutcome,
  type MessageState,
} from './message.ts';

/** What happened to a message, before it is an event. Facts that are not named stay as they were. */
export interface MessageTelling {
  readonly outcome: MessageOutcome;
  readonly facts?: Partial<Omit<MessageFacts, 'version'>>;
}

export interface TellOptions {
  readonly workspace: string;
  readonly state: MessageState;
  /** The document version that this makes; it orders the fold. */
  readonly version: number;
  readonly telling: MessageTelling;
  readonly cause: Pick<Event, 'correlationId' | 'causationId' | 'depth' | 'traceparent'>;
  readonly now: Instant;
}

/**
 * The event that tells what happened, and the state it makes. The event carries every fact known of the message, so that it folds to
 * the same state whatever came or went missing before it.
 */
export function tellMessage(options: TellOptions): { event: Event; state: MessageState } {
  const { workspace, state, version, telling, cause, now } = options;
  const facts: MessageFacts = { ...knownFacts(state), ...telling.facts, version };
  const event: Event = {
    workspace,
    id: deriveId('message', state.messageId, version),
    stream: streamOf('prospect', state.prospectId),
    type: `${state.channel}.${telling.outcome}`,
    occurredAt: now,
    receivedAt: now,
    source: 'messaging',
    data: withoutGaps({ ...identityOf(state), ...facts }),
    schema: EVENT_SCHEMA,
    ...cause,
  };
  // Before the first event there is nothing to fold on: a replay has no more.
  const told = evolveMessage(state.version === 0 ? undefined : state, event);
  if (told === undefined) throw new Error(`${event.type} tells nothing of a message`);
  return { event, state: told };
}

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
const knownFacts = ({ to, templateVersion, provider, providerId, dueAt, attempts }: MessageState) => ({
  to,
  templateVersion,
  provider,
  providerId,
  dueAt,
  attempts,
});

const withoutGaps = (fields: object): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
