import { ENROLLMENT_UNANSWERED, eventRulesOf, isEnrollmentEvent } from './enrollment/events.ts';
import { type EnrollmentState, withoutData } from './enrollment/state.ts';
import type { Event } from './event.ts';
import type { JsonObject } from './json.ts';
import {
  type MessageFacts,
  type MessageIdentity,
  type MessageState,
  parseMessageType,
} from './message/message.ts';
import { MESSAGE_REPORTED, type ReportFacts } from './message/report.ts';

/**
 * What erasure leaves of an event: which step of which campaign did what, and which message had which
 * outcome, but nothing about the person. Folding redacted events gives the redacted state, so replay and the
 * live documents still agree.
 */
export function redactEvent<E extends Event>(event: E): E {
  const { raw: _gone, ...kept } = event;
  return { ...kept, data: redactData(event) } as E;
}

function redactData(event: Event): JsonObject {
  const { data } = event;
  if (parseMessageType(event.type) !== undefined) return only(KEPT_OF_MESSAGES, data);
  if (event.type === MESSAGE_REPORTED) return only(KEPT_OF_REPORTS, data);
  if (event.type === 'enrollment.refused')
    return { campaignId: data.campaignId ?? null, reason: data.reason ?? null };
  if (event.type === ENROLLMENT_UNANSWERED)
    return { campaignId: data.campaignId ?? null, place: data.place ?? null };
  return isEnrollmentEvent(event) ? (eventRulesOf(event).redact(event.data) as unknown as JsonObject) : {};
}

/** What an event about a message keeps; every other field goes, also one of a later version. */
const KEPT_OF_MESSAGES: readonly (keyof (MessageIdentity & MessageFacts))[] = [
  'messageId',
  'prospectId',
  'channel',
  'template',
  'campaignId',
  'campaignVersion',
  'enrollmentId',
  'stepId',
  'requestedAt',
  'version',
  'templateVersion',
  'provider',
  'providerId',
  'dueAt',
  'attempts',
  'status',
  'reported',
  'bounce',
  'machine',
];

/** What a report keeps. The link that was followed and the key that was pressed go. */
const KEPT_OF_REPORTS: readonly (keyof ReportFacts)[] = [
  'messageId',
  'outcome',
  'provider',
  'providerId',
  'bounce',
  'machine',
  'scanner',
];

function only(names: readonly string[], data: JsonObject): JsonObject {
  const kept = names.flatMap((key) => (data[key] === undefined ? [] : [[key, data[key]] as const]));
  const rest: JsonObject = Object.fromEntries(kept);
  return typeof data.reason === 'string' ? { ...rest, reason: withoutAddresses(data.reason) } : rest;
}

/** The state that folding the redacted events gives. */
export function redactEnrollment(state: EnrollmentState): EnrollmentState {
  const steps = Object.entries(state.steps).map(([id, step]) => [
    id,
    step.event === undefined ? step : { ...step, event: withoutData(step.event) },
  ]);
  return {
    ...state,
    entry: withoutData(state.entry),
    steps: Object.fromEntries(steps),
    ...(state.status === 'failed' ? { reason: 'erased' } : {}),
  };
}

/** The state that folding the redacted events gives. */
export function redactMessage(state: MessageState): MessageState {
  const rest = withoutPerson(state);
  return rest.reason === undefined ? rest : { ...rest, reason: withoutAddresses(rest.reason) };
}

/** Facts of a message without those that the person's data gave. */
export function withoutPerson<F extends Pick<MessageFacts, 'to' | 'locale' | 'copies' | 'attachments'>>(
  facts: F,
) {
  const { to: _to, locale: _language, copies: _others, attachments: _names, ...rest } = facts;
  return rest;
}

/** Answers of mail servers often repeat the address. */
const withoutAddresses = (text: string): string => text.replace(/\S+@\S+/g, '(address)');
