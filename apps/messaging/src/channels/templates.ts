import type { TemplateContent } from '../templates/content.ts';
import { callTemplate } from './call.ts';
import type { ChannelTemplate } from './channel-template.ts';
import { emailTemplate, layoutTemplate } from './email.ts';
import { smsTemplate } from './sms.ts';
import { webhookTemplate } from './webhook.ts';

/** What a template of each channel consists of. */
export const channelTemplates: { readonly [C in TemplateContent['channel']]: ChannelTemplate } = {
  email: emailTemplate,
  layout: layoutTemplate,
  partial: layoutTemplate,
  sms: smsTemplate,
  call: callTemplate,
  webhook: webhookTemplate,
};
