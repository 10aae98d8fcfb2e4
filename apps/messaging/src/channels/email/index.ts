import { emailAddress } from '@herald/addresses';
import { withoutAddress } from '../../providers/reason.ts';
import type { ChannelDefinition } from '../channel.ts';
import { type OutgoingEmail, outgoingEmail } from './message.ts';
import { emailProviders } from './providers.ts';
import { emailSender } from './sender.ts';
import { type EmailContent, emailTemplate } from './template.ts';
import { trackHtml } from './track-html.ts';

export const email = {
  template: emailTemplate,
  sender: emailSender,
  providers: emailProviders,
  address: {
    find: ({ email }) => email,
    parse: (value) => emailAddress(value),
    description: 'one mail address',
    hideIn: (reason, { to }) => withoutAddress(reason, to, '(address)'),
  },
  outgoing: outgoingEmail,
  canUnsubscribe: true,
  // Whose open or click it is, nobody can tell once there are copies.
  track: (message, links) =>
    message.html === undefined || message.copies !== undefined
      ? message
      : { ...message, html: trackHtml(message.html, links) },
} satisfies ChannelDefinition<'email', OutgoingEmail, EmailContent>;
