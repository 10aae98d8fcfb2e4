import { TemplateError } from '@herald/templates';
import { Type } from 'typebox';
import { type ChannelTemplate, type Content, missing, type TemplateContent } from '../channel.ts';
import { consentTemplateFields, linkFields, streamField, textField } from '../template-fields.ts';
import { type Segments, segmentsOf } from './segments.ts';

/** What a text message says. */
export interface SmsContent extends Content, Segments {
  readonly channel: 'sms';
  readonly text: string;
}

/** The longest that Twilio takes, in characters. */
const MAX_TEXT = 1_600;
/** Beyond that phone companies drop messages, or parts of them. */
const MAX_SEGMENTS = 10;

export const smsTemplate: ChannelTemplate<SmsContent> = {
  fields: { ...textField, ...linkFields, ...consentTemplateFields, ...streamField },
  faults: (content) => missing(content, ['text']),
  sources: (content) => ({ plain: plainSources(content) }),
  preview: {
    text: Type.Optional(Type.String()),
    encoding: Type.Optional(Type.String({ description: 'of a text message: GSM-7 or UCS-2' })),
    segments: Type.Optional(Type.Integer({ description: 'how many messages a phone company counts' })),
  },
  async compose(content, render) {
    const { text = '' } = await render.plain(plainSources(content));
    return smsContent(render.linked(text));
  },
};

const plainSources = ({ text = '' }: TemplateContent) => ({ text: { source: text } });

/** Throws `TemplateError` for a text that is empty or too long. */
function smsContent(rendered: string): SmsContent {
  const text = rendered.trim();
  const refuse = (reason: string): TemplateError => new TemplateError([{ part: 'text', reason }]);
  if (text === '') throw refuse('it is empty');
  if (text.length > MAX_TEXT) throw refuse(`it is longer than ${MAX_TEXT} characters`);
  const counted = segmentsOf(text);
  if (counted.segments > MAX_SEGMENTS)
    throw refuse(`it takes ${counted.segments} messages (${counted.encoding}); at most ${MAX_SEGMENTS}`);
  return { channel: 'sms', text, ...counted };
}
