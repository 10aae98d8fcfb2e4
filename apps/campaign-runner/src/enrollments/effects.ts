import type { OutMessage } from '@herald/broker';
import { eventsMessages, requestMessage, withdrawMessage } from '@herald/contracts';
import {
  asJson,
  type Cause,
  deriveId,
  type EnrollmentEvent,
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
  /** After the last of the events. */
  readonly state: EnrollmentState;
  readonly events: readonly EnrollmentEvent[];
  readonly cause: Cause;
  readonly now: Instant;
  /** When the event that caused this was received; undefined after a wait was due. */
  readonly receivedAt?: Instant | undefined;
}

/**
 * What to publish because of an enrollment's events: the events themselves for the log, events that they
 * cause, and commands for messaging. Ids are derived, so publishing again changes nothing.
 */
export function effectsOf({ workspace, state, events, cause, now, receivedAt }: EffectsOf): OutMessage[] {
  const stream = streamOf('prospect', state.prospectId);
  const source = 'campaign-runner';
  const recordOf = (id: string, type: string, occurredAt: Instant, data: JsonObject): Event =>
    newEvent({ workspace, id, stream, type, occurredAt, receivedAt: now, source, data }, cause);

  const records: Event[] = [];
  const commands: OutMessage[] = [];
  for (const event of events) {
    const { type, occurredAt, data } = event;
    const id = deriveId('enrollment-event', workspace, data.enrollmentId, data.version);
    records.push(recordOf(id, type, occurredAt, data as unknown as JsonObject));
    const caused = eventRulesOf(event).causes?.(data);
    if (caused !== undefined)
      records.push(recordOf(deriveId(caused.name, id), caused.type, occurredAt, caused.data));
    if (type === 'enrollment.requested') commands.push(request(event));
    if (type === 'enrollment.exited' && data.withdrawn) commands.push(withdrawal(event));
  }
  return [...eventsMessages(records), ...commands];

  function request({
    occurredAt,
    data,
  }: Extract<EnrollmentEvent, { type: 'enrollment.requested' }>): OutMessage {
    const { campaignId, campaignVersion, enrollmentId, prospectId } = data;
    const { stepId, messageId, channel, template, url, after } = data;
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
      dueAt: Math.min(occurredAt, now),
      event: entry,
      enrollment: asJson(viewEnrollment(state)) as JsonObject,
      cause,
    });
  }

  function withdrawal({ data }: Extract<EnrollmentEvent, { type: 'enrollment.exited' }>): OutMessage {
    const { enrollmentId, reason } = data;
    return withdrawMessage({ kind: 'withdraw', workspace, enrollmentId, reason: `exited: ${reason}`, cause });
  }
}
