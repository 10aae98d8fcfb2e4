import type { OutMessage } from '@herald/broker';
import { eventsMessages, requestMessage, withdrawMessage } from '@herald/contracts';
import {
  asJson,
  type Cause,
  deriveId,
  type EnrollmentFact,
  type EnrollmentState,
  type Event,
  eventRulesOf,
  type Instant,
  type JsonObject,
  newEvent,
  streamOf,
  viewEnrollment,
} from '@herald/domain';

export interface EffectsOf {
  readonly workspace: string;
  /** After the last of the facts. */
  readonly state: EnrollmentState;
  readonly facts: readonly EnrollmentFact[];
  readonly cause: Cause;
  readonly now: Instant;
  /** When the event that caused this was received; undefined after a wait was due. */
  readonly receivedAt?: Instant | undefined;
}

/**
 * What to publish because of an enrollment's events: the events themselves for the log, events that they
 * cause, and commands for messaging. Ids are derived, so publishing again changes nothing.
 */
export function effectsOf({ workspace, state, facts, cause, now, receivedAt }: EffectsOf): OutMessage[] {
  const stream = streamOf('prospect', state.prospectId);
  const source = 'campaign-runner';
  const event = (id: string, type: string, occurredAt: Instant, data: JsonObject): Event =>
    newEvent({ workspace, id, stream, type, occurredAt, receivedAt: now, source, data }, cause);

  const events: Event[] = [];
  const commands: OutMessage[] = [];
  for (const fact of facts) {
    const { enrollmentId, version } = fact.data;
    const factId = deriveId('enrollment-event', workspace, enrollmentId, version);
    events.push(event(factId, fact.type, fact.occurredAt, fact.data as unknown as JsonObject));
    const caused = eventRulesOf(fact).causes?.(fact.data);
    if (caused !== undefined)
      events.push(event(deriveId(caused.name, factId), caused.type, fact.occurredAt, caused.data));
    if (fact.type === 'enrollment.requested') commands.push(request(fact));
    if (fact.type === 'enrollment.exited' && fact.data.withdrawn) {
      const reason = `exited: ${fact.data.reason}`;
      commands.push(withdrawMessage({ kind: 'withdraw', workspace, enrollmentId, reason, cause }));
    }
  }
  return [...eventsMessages(events), ...commands];

  function request(fact: Extract<EnrollmentFact, { type: 'enrollment.requested' }>): OutMessage {
    const { campaignId, campaignVersion, enrollmentId, prospectId } = fact.data;
    const { stepId, messageId, channel, template, url, after } = fact.data;
    const { seq: _seq, ...entry } = state.entry;
    return requestMessage({
      kind: 'request',
      workspace,
      messageId,
      prospectId,
      channel,
      template,
      campaignId,
      campaignVersion,
      enrollmentId,
      stepId,
      ...(url === undefined ? {} : { url }),
      ...(after === undefined ? {} : { after }),
      requestedAt: now,
      ...(receivedAt === undefined ? {} : { receivedAt }),
      dueAt: Math.min(fact.occurredAt, now),
      event: entry,
      enrollment: asJson(viewEnrollment(state)) as JsonObject,
      cause,
    });
  }
}
