import type { TemplateVersionDocument } from '@herald/contracts';
import { type Static, Type } from 'typebox';

/** What an author sends: the design's `{ channel, subject?, html?, text?, layout?, transactional? }`. */
export const TemplateContent = Type.Object(
  {
    channel: Type.Union([Type.Literal('email'), Type.Literal('layout')]),
    subject: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000 })),
    html: Type.Optional(Type.String({ minLength: 1, maxLength: 262_144 })),
    text: Type.Optional(Type.String({ minLength: 1, maxLength: 131_072 })),
    layout: Type.Optional(Type.String({ maxLength: 128, description: 'a template of channel layout' })),
    transactional: Type.Optional(
      Type.Boolean({ description: 'owed to the reader, such as a receipt: sent without consent' }),
    ),
  },
  { additionalProperties: false },
);
export type TemplateContent = Static<typeof TemplateContent>;

const FIELDS = ['channel', 'subject', 'html', 'text', 'layout', 'transactional'] as const;

/** A stored version as its author sent it. */
export const contentOf = (version: TemplateVersionDocument): TemplateContent =>
  Object.fromEntries(
    FIELDS.flatMap((field) => (version[field] === undefined ? [] : [[field, version[field]]])),
  ) as TemplateContent;
