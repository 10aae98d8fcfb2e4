import {
  ENROLLMENT_UNANSWERED,
  eventRulesOf,
  isEnrollmentEvent,
  MESSAGE_REPORTED,
  parseMessageType,
  type StoredEvent,
} from '@herald/domain';
import { explainMessage } from './explain-message.ts';
import { type Explanation, sentence } from './explanation.ts';

/** What happened by an event of a prospect's stream, and why, in words; both also after an erasure. */
export function explain(event: StoredEvent): Explanation {
  if (isEnrollmentEvent(event)) return { kind: 'step', ...eventRulesOf(event).explain(event.data) };
  if (event.type === 'enrollment.refused') return explainRefusal(event);
  if (event.type === ENROLLMENT_UNANSWERED) return explainUnanswered(event);
  const message = parseMessageType(event.type);
  return message === undefined ? explainEvent(event) : explainMessage(event, message);
}

function explainEvent(event: StoredEvent): Explanation {
  switch (event.type) {
    case 'prospect.erased':
      return sentence('event', 'erased', 'somebody asked for this person’s data to be removed');
    case 'prospect.unsubscribed':
      return sentence('event', `unsubscribed from ${channelOf(event)}`, reasonOf(event) ?? whence(event));
    case 'prospect.subscribed':
      return sentence('event', `subscribed to ${channelOf(event)}`, reasonOf(event) ?? whence(event));
    case 'prospect.suppressed':
      return sentence('event', `suppressed for ${channelOf(event)}`, reasonOf(event) ?? whence(event));
    case 'prospect.unsuppressed':
      return sentence(
        'event',
        `no longer suppressed for ${channelOf(event)}`,
        reasonOf(event) ?? whence(event),
      );
    case MESSAGE_REPORTED:
      return explainReport(event);
    default:
      return sentence('event', event.type, whence(event));
  }
}

function explainReport(event: StoredEvent): Explanation {
  const { outcome, provider, scanner } = event.data;
  const who = typeof provider === 'string' ? provider : event.source;
  return typeof scanner === 'string'
    ? sentence('event', `${outcome} by a program that looks at mail, not counted`, scanner)
    : sentence('event', `a message was reported ${outcome}`, `received from ${who}`);
}

function explainRefusal(event: StoredEvent): Explanation {
  const { campaignId, reason, detail } = event.data;
  const why = typeof reason === 'string' ? reason.replaceAll('_', ' ') : 'the reason is no longer kept';
  const more = typeof detail === 'string' && detail !== '' ? ` (${detail})` : '';
  return sentence('step', `did not enter ${campaignId ?? 'a campaign'}`, `${why}${more}`);
}

function explainUnanswered({ data }: StoredEvent): Explanation {
  const { campaignId, place, detail } = data;
  const why = typeof detail === 'string' && detail !== '' ? detail : 'the reason is no longer kept';
  return sentence(
    'step',
    `could not answer a condition of ${campaignId ?? 'a campaign'} (${place ?? 'unknown'})`,
    why,
  );
}

const channelOf = ({ data }: StoredEvent): string => {
  const channel = typeof data.channel === 'string' && data.channel !== 'all' ? data.channel : 'everything';
  return typeof data.topic === 'string' ? `${data.topic} (${channel})` : channel;
};

const reasonOf = ({ data }: StoredEvent): string | undefined =>
  typeof data.reason === 'string' ? data.reason : undefined;

const whence = (event: StoredEvent): string =>
  event.depth === 0 || event.causationId === undefined
    ? `received from ${event.source}`
    : `${event.source} did this because of event ${event.causationId}`;
