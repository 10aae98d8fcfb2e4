import {
  type Channel,
  channelName,
  isObject,
  iso,
  type JsonObject,
  type MessageOutcome,
  type StoredEvent,
} from '@herald/domain';
import { type Explanation, sentence } from './explanation.ts';

/** An outcome of a message, in words. */
export function explainMessage(
  { data }: StoredEvent,
  { channel, outcome }: { readonly channel: Channel; readonly outcome: MessageOutcome },
): Explanation {
  const message = `${channelName(channel)} ${text(data.template) ?? ''}`.trim();
  return sentence('message', `${message} ${predicate(outcome, data)}`, reason(outcome, data));
}

function predicate(outcome: MessageOutcome, data: JsonObject): string {
  switch (outcome) {
    case 'scheduled':
      return typeof data.dueAt === 'number' ? `waits until ${iso(data.dueAt)}` : 'waits';
    case 'sent':
      return `sent${phrase('to', data.to)}${phrase('via', data.provider)}${language(data.locale)}${copies(data.copies)}${missingFiles(data.attachments)}`;
    case 'delivered':
    case 'opened':
    case 'clicked':
    case 'suppressed':
    case 'failed':
    case 'expired':
    case 'withdrawn':
    case 'bounced':
    case 'answered':
    case 'completed':
    case 'busy':
      return outcome;
    case 'no_answer':
      return 'not answered';
    case 'deferred':
      return 'deferred by the receiving server';
    case 'key_pressed':
      return `answered by${phrase('key', data.key)}`;
    case 'complained':
      return 'reported as unwanted';
    case 'unknown':
      return 'may have been sent';
    default: {
      const unknown: never = outcome;
      return unknown;
    }
  }
}

function reason(outcome: MessageOutcome, data: JsonObject): string {
  const given = text(data.reason);
  switch (outcome) {
    case 'scheduled':
      return given ?? 'it is not due yet';
    case 'sent': {
      const [step = 'unknown', campaign = 'a campaign'] = [text(data.stepId), text(data.campaignId)];
      return `step ${step} of ${campaign} asked for it`;
    }
    case 'delivered':
    case 'deferred':
    case 'answered':
    case 'completed':
    case 'busy':
    case 'no_answer':
      return `${text(data.provider) ?? 'the provider'} says so${given === undefined ? '' : `: ${given}`}`;
    case 'opened':
      return data.machine === true ? 'a program fetched its pictures ahead' : (given ?? 'the reader did so');
    case 'clicked':
    case 'key_pressed':
      return given ?? 'the reader did so';
    case 'unknown':
      return given ?? 'the call of the provider was cut off before it answered';
    case 'suppressed':
    case 'failed':
    case 'expired':
    case 'withdrawn':
    case 'bounced':
    case 'complained':
      return given === undefined ? `${outcome}, no reason was given` : `${outcome}: ${given}`;
    default: {
      const unknown: never = outcome;
      return unknown;
    }
  }
}

/** The variant of the template, where it has some. */
const language = (locale: unknown): string =>
  locale === 'default' ? ' in the template’s default language' : phrase('in', locale);

/** Who else got it, and who was left out. */
function copies(given: unknown): string {
  if (!isObject(given)) return '';
  const listed = (value: unknown): readonly string[] =>
    Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  const others = [...listed(given.cc), ...listed(given.bcc)];
  const leftOut = listed(given.leftOut);
  return (
    (others.length > 0 ? `, with copies to ${others.join(', ')}` : '') +
    (leftOut.length > 0 ? `, without a copy: ${leftOut.join('; ')}` : '')
  );
}

/** The files that it left without. */
function missingFiles(given: unknown): string {
  const missing = (Array.isArray(given) ? given : []).flatMap((file) =>
    isObject(file) && typeof file.missing === 'string' ? [`${file.filename}: ${file.missing}`] : [],
  );
  return missing.length > 0 ? `, without a file: ${missing.join('; ')}` : '';
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const phrase = (word: string, value: unknown): string => {
  const given = text(value);
  return given === undefined ? '' : ` ${word} ${given}`;
};
