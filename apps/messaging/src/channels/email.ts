import type { Rendered } from '@herald/templates';
import { type ChannelTemplate, missing } from './channel-template.ts';

/** What an e-mail says. */
export interface EmailContent extends Rendered {
  readonly channel: 'email';
}

export const emailTemplate: ChannelTemplate = {
  fields: ['subject', 'preheader', 'html', 'text', 'layout', 'transactional', 'topic'],
  faults: (content) => [
    ...missing(content, ['subject']),
    ...(content.html === undefined && content.text === undefined
      ? [{ path: '', message: 'must have html, or text, or both' }]
      : []),
    ...(content.preheader !== undefined && content.html === undefined
      ? [{ path: '/preheader', message: 'is for mails with html' }]
      : []),
  ],
  plain: () => ({}),
};

/** A layout, and a partial. */
export const layoutTemplate: ChannelTemplate = {
  fields: ['html', 'text'],
  faults: ({ html, text }) =>
    html === undefined && text === undefined
      ? [{ path: '', message: 'must have html, or text, or both' }]
      : [],
  plain: () => ({}),
};
