import { TemplateError } from '@herald/templates';
import { type ChannelTemplate, missing } from './channel-template.ts';
import { type Segments, segmentsOf } from './segments.ts';

/** What a text message says. */
export interface SmsContent extends Segments {
  readonly channel: 'sms';
  readonly text: string;
}

/** The longest that Twilio takes, in characters. */
const MAX_TEXT = 1_600;
/** Beyond that phone companies drop messages, or parts of them. */
const MAX_SEGMENTS = 10;

export const smsTemplate: ChannelTemplate = {
  fields: ['text', 'transactional', 'topic'],
  faults: (content) => missing(content, ['text']),
  plain: ({ text = '' }) => ({ text: { source: text } }),
};

/** Throws `TemplateError` for a text that is empty or too long. */
export function smsContent({ text: rendered = '' }: Readonly<Record<string, string>>): SmsContent {
  const text = rendered.trim();
  const refuse = (reason: string): TemplateError => new TemplateError([{ part: 'text', reason }]);
  if (text === '') throw refuse('it is empty');
  if (text.length > MAX_TEXT) throw refuse(`it is longer than ${MAX_TEXT} characters`);
  const counted = segmentsOf(text);
  if (counted.segments > MAX_SEGMENTS)
    throw refuse(`it takes ${counted.segments} messages (${counted.encoding}); at most ${MAX_SEGMENTS}`);
  return { channel: 'sms', text, ...counted };
}
