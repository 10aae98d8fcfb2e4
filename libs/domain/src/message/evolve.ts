import type { Instant } from '../clock.ts';
import type { Event } from '../event.ts';
import type { JsonObject } from '../json.ts';
import {
  type MessageFacts,
  type MessageIdentity,
  type MessageOutcome,
  type MessageState,
  parseMessageType,
  statusOf,
} from './message.ts';

/**
 * Folds one event into a message. An event that is not about a message, or not newer than the state, changes
 * nothing.
 */
export function evolveMessage(state: MessageState | undefined, event: Event): MessageState | undefined {
  const known = parseMessageType(event.type);
  if (known === undefined) return state;
  const data = event.data as JsonObject & MessageIdentity & MessageFacts;
  if (state !== undefined && data.version <= state.version) return state;
  // An event that leaves the status where it was also leaves what belongs to it.
  const stays = state !== undefined && data.status === state.status;
  return {
    messageId: data.messageId,
    prospectId: data.prospectId,
    channel: known.channel,
    template: data.template,
    campaignId: data.campaignId,
    campaignVersion: data.campaignVersion,
    enrollmentId: data.enrollmentId,
    stepId: data.stepId,
    requestedAt: data.requestedAt,
    status: data.status ?? statusOf(known.outcome),
    version: data.version,
    dueAt: data.dueAt ?? state?.dueAt ?? data.requestedAt,
    attempts: data.attempts,
    changedAt: stays ? state.changedAt : event.occurredAt,
    ...optional('reason', stays ? state.reason : data.reason),
    ...optional('to', data.to ?? state?.to),
    ...optional('templateVersion', data.templateVersion ?? state?.templateVersion),
    ...optional('locale', data.locale ?? state?.locale),
    ...optional('copies', data.copies ?? state?.copies),
    ...optional('attachments', data.attachments ?? state?.attachments),
    ...optional('provider', data.provider ?? state?.provider),
    ...optional('providerId', data.providerId ?? state?.providerId),
    ...optional('sentAt', sentAt(state, known.outcome, event)),
    ...optional('reported', stays ? state.reported : data.reported),
    ...optional('bounce', known.outcome === 'scheduled' ? undefined : (data.bounce ?? state?.bounce)),
  };
}

/**
 * When it left: by Herald's own record; where there is none yet, the best estimate when a provider first
 * reports that it has the message.
 */
function sentAt(
  state: MessageState | undefined,
  outcome: MessageOutcome,
  { data, occurredAt }: Event,
): Instant | undefined {
  if (outcome === 'sent' && !data.reported) return occurredAt;
  if (state?.sentAt !== undefined || !data.reported) return state?.sentAt;
  return state?.changedAt ?? (data as JsonObject & MessageIdentity).requestedAt;
}

const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
