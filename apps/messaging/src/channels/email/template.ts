import type { PlainSources, Rendered, TemplateSources } from '@herald/templates';
import { Type } from 'typebox';
import { type ChannelTemplate, type Content, missing, type TemplateContent } from '../channel.ts';
import { consentTemplateFields, linkFields, streamField, textField } from '../template-fields.ts';
import {
  attachmentFaults,
  attachmentFields,
  attachmentSources,
  type PlannedFile,
  plannedFiles,
} from './attachments.ts';
import { type CopyTexts, copyFaults, copyFields, copySources, copyTexts } from './copies.ts';

/** What an e-mail says. */
export interface EmailContent extends Content, Rendered, Partial<CopyTexts> {
  readonly channel: 'email';
  readonly files?: readonly PlannedFile[];
}

export const bodyFields = {
  html: Type.Optional(Type.String({ minLength: 1, maxLength: 262_144 })),
  ...textField,
};

export const bodyFaults = ({ html, text }: TemplateContent) =>
  html === undefined && text === undefined ? [{ path: '', message: 'must have html, or text, or both' }] : [];

export const emailTemplate: ChannelTemplate<EmailContent> = {
  fields: {
    subject: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000 })),
    preheader: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 2_000,
        description: 'what mail programs show after the subject',
      }),
    ),
    ...bodyFields,
    layout: Type.Optional(Type.String({ maxLength: 128, description: 'a template of channel layout' })),
    ...copyFields,
    ...attachmentFields,
    ...linkFields,
    ...consentTemplateFields,
    ...streamField,
  },
  faults: (content) => [
    ...missing(content, ['subject']),
    ...bodyFaults(content),
    ...(content.preheader !== undefined && content.html === undefined
      ? [{ path: '/preheader', message: 'is for mails with html' }]
      : []),
    ...copyFaults(content),
    ...attachmentFaults(content),
  ],
  sources: (content) => ({ mail: mailSources(content), plain: plainSources(content) }),
  preview: {
    subject: Type.Optional(Type.String()),
    html: Type.Optional(Type.String()),
    text: Type.Optional(Type.String()),
    cc: Type.Optional(Type.Array(Type.String())),
    bcc: Type.Optional(Type.Array(Type.String())),
    files: Type.Optional(
      Type.Array(
        Type.Object({
          filename: Type.String(),
          contentType: Type.Optional(Type.String()),
          cid: Type.Optional(Type.String()),
          url: Type.Optional(Type.String({ description: 'where it is fetched when the mail is sent' })),
          ifMissing: Type.String(),
        }),
        { description: 'what goes along' },
      ),
    ),
  },
  async compose(content, render) {
    const plain = plainSources(content);
    const mail = await render.mail(mailSources(content));
    if (Object.keys(plain).length === 0) return { channel: 'email', ...mail };
    const texts = await render.plain(plain);
    const files = plannedFiles(content, texts);
    return {
      channel: 'email',
      ...mail,
      ...copyTexts(content, texts),
      ...(files.length > 0 && { files }),
    };
  },
};

const plainSources = (content: TemplateContent): PlainSources => ({
  ...copySources(content),
  ...attachmentSources(content),
});

const mailSources = ({ subject, preheader, html, text }: TemplateContent): TemplateSources => ({
  subject,
  preheader,
  html,
  text,
});

/** The texts that a layout and a partial have. */
export const bodySources = ({ html, text }: Pick<TemplateContent, 'html' | 'text'>) => ({ html, text });
