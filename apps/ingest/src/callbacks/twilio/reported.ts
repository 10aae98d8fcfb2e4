import { twilioBounce } from '@herald/addresses';
import { type Keyword, readKeyword, reasonOf } from '@herald/domain';
import type { Reported } from '../report-event.ts';

/** The fields of a form from Twilio. */
export type TwilioFields = ReadonlyMap<string, string>;

/** What a status of a text or call means; undefined if nothing of use. */
export type TwilioMeaning = (Reported & { readonly sid: string; readonly status: string }) | undefined;

/** https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks */
export function textReported(fields: TwilioFields): TwilioMeaning {
  const sid = fields.get('MessageSid') ?? fields.get('SmsSid');
  const status = fields.get('MessageStatus') ?? fields.get('SmsStatus');
  if (sid === undefined || status === undefined) return undefined;
  const common = { sid, status, provider: 'twilio', providerId: sid } as const;
  switch (status) {
    case 'sent':
      return { ...common, outcome: 'sent' };
    case 'delivered':
      return { ...common, outcome: 'delivered' };
    case 'read':
      return { ...common, outcome: 'opened' };
    case 'failed':
    case 'undelivered':
    case 'canceled':
      return { ...common, outcome: 'failed', ...failure(status, fields) };
    default:
      return undefined;
  }
}

/** https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent */
export function callReported(fields: TwilioFields): TwilioMeaning {
  const sid = fields.get('CallSid');
  const status = fields.get('CallStatus');
  if (sid === undefined || status === undefined) return undefined;
  const answeredBy = fields.get('AnsweredBy');
  const common = {
    sid,
    status,
    provider: 'twilio',
    providerId: sid,
    ...(answeredBy === undefined ? {} : { answeredBy: reasonOf(answeredBy) }),
  } as const;
  switch (status) {
    case 'queued':
    case 'initiated':
    case 'ringing':
      return { ...common, outcome: 'sent' };
    case 'in-progress':
      return { ...common, outcome: 'answered' };
    case 'completed':
      return { ...common, outcome: 'completed' };
    case 'busy':
      return { ...common, outcome: 'busy' };
    case 'no-answer':
      return { ...common, outcome: 'no_answer' };
    case 'failed':
    case 'canceled':
      return { ...common, outcome: 'failed', ...failure(status, fields) };
    default:
      return undefined;
  }
}

function failure(status: string, fields: TwilioFields): Pick<Reported, 'reason' | 'bounce'> {
  const code = fields.get('ErrorCode');
  const bounce = twilioBounce(code);
  const text = [status, code === undefined ? undefined : `error ${code}`, fields.get('ErrorMessage')];
  return {
    reason: reasonOf(text.filter((part) => part !== undefined && part !== '').join(': ')),
    ...(bounce === undefined ? {} : { bounce }),
  };
}

/**
 * What an incoming text asks for. If Twilio has acted on it already, as `OptOutType` says, that counts;
 * otherwise the words of the text do.
 */
export function keywordOf(fields: TwilioFields): Keyword | undefined {
  const acted = fields.get('OptOutType')?.trim().toLowerCase();
  if (acted === 'stop' || acted === 'start' || acted === 'help') return acted;
  return readKeyword(fields.get('Body') ?? '');
}
