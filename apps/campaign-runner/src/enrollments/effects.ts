import type { OutMessage } from '@herald/broker';
import { eventsMessages, requestMessage, withdrawMessage } from '@herald/contracts';
import {
  asJson,
  type Cause,
  deriveId,
  type EnrollmentFact,
  type EnrollmentState,
  type Event,
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
  /** When the event that caused this was received; undefined after a wait. */
  readonly receivedAt?: Instant | undefined;
}

/**
 * What must be published because of an enrollment's events: the events themselves for the log, those a step
 * causes, and what messaging is to do. Ids are derived, so publishing again changes nothing.
 */
export function effectsOf({ workspace, state, facts, cause, now, receivedAt }: EffectsOf): OutMessage[] {
  const stream = streamOf('prospect', state.prospectId);
  const source = 'campaign-runner';
  const event = (id: string, type: string, occurredAt: Instant, data: JsonObject): Event =>
    newEvent({ workspace, id, stream, type, occurredAt, receivedAt: now, source, data }, cause);

  const told: Event[] = [];
  const commands: OutMessage[] = [];
  for (const fact of facts) {
    const { enrollmentId, version } = fact.data;
    const factId = deriveId('enrollment-event', workspace, enrollmentId, version);
    told.push(event(factId, fact.type, fact.occurredAt, fact.data as unknown as JsonObject));
    switch (fact.type) {
      case 'enrollment.updated':
        told.push(
          event(deriveId('update', factId), 'prospect.updated', fact.occurredAt, {
            traits: fact.data.traits,
          }),
        );
        break;
      case 'enrollment.emitted':
        told.push(event(deriveId('emit', factId), fact.data.eventType, fact.occurredAt, fact.data.eventData));
        break;
      case 'enrollment.requested': {
        const { stepId, messageId, channel, template, url, after } = fact.data;
        const { campaignId, campaignVersion, prospectId } = fact.data;
        const { seq: _seq, ...entry } = state.entry;
        commands.push(
          requestMessage({
            kind: 'request',
            ...{
              workspace,
              messageId,
              prospectId,
              channel,
              template,
              campaignId,
              campaignVersion,
              enrollmentId,
              stepId,
            },
            ...(url === undefined ? {} : { url }),
            ...(after === undefined ? {} : { after }),
            requestedAt: now,
            ...(receivedAt === undefined ? {} : { receivedAt }),
            dueAt: Math.min(fact.occurredAt, now),
            event: entry,
            enrollment: asJson(viewEnrollment(state)) as JsonObject,
            cause,
          }),
        );
        break;
      }
      case 'enrollment.exited':
        if (fact.data.withdrawn) {
          commands.push(
            withdrawMessage({
              kind: 'withdraw',
              workspace,
              enrollmentId,
              reason: `exited: ${fact.data.reason}`,
              cause,
            }),
          );
        }
        break;
      case 'enrollment.entered':
      case 'enrollment.waiting':
      case 'enrollment.resumed':
      case 'enrollment.chose':
      case 'enrollment.completed':
      case 'enrollment.failed':
        break;
      default: {
        const unknown: never = fact;
        return unknown;
      }
    }
  }
  return [...eventsMessages(told), ...commands];
}
