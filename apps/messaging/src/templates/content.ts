import type { TemplateVersionDocument } from '@herald/contracts';
import { type Static, Type } from 'typebox';
import { TOPIC } from '../settings/consent.ts';

const Channel = Type.Union([
  Type.Literal('email'),
  Type.Literal('layout'),
  Type.Literal('partial'),
  Type.Literal('sms'),
  Type.Literal('call'),
  Type.Literal('webhook'),
]);

const Choice = Type.Object(
  {
    key: Type.String({ pattern: '^[0-9*#]$', description: '0 to 9, * or #' }),
    say: Type.String({ minLength: 1, maxLength: 4_000, description: 'what the call says then' }),
  },
  { additionalProperties: false },
);

const examples = [
  {
    channel: 'email',
    subject: 'Welcome, <%= it.prospect.traits.name ?? "and hello" %>',
    html: '<p>Your trial has begun. <a href="<%= it.links.unsubscribe %>">Unsubscribe</a></p>',
  },
  { channel: 'sms', text: 'Your trial ends tomorrow. Stop: <%= it.links.unsubscribe %>' },
  { channel: 'call', text: 'Press 1 to be called back.', menu: [{ key: '1', say: 'Thank you.' }] },
  { channel: 'webhook', body: '{ "who": <%= it.prospect.id %>, "event": <%= it.event.data %> }' },
];

/** What an author sends. Which fields a channel has is in `channels/`; `docs/channels.md` explains them. */
export const TemplateContent = Type.Object(
  {
    channel: Channel,
    subject: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000 })),
    preheader: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 2_000,
        description: 'what mail programs show after the subject',
      }),
    ),
    html: Type.Optional(Type.String({ minLength: 1, maxLength: 262_144 })),
    text: Type.Optional(Type.String({ minLength: 1, maxLength: 131_072 })),
    layout: Type.Optional(Type.String({ maxLength: 128, description: 'a template of channel layout' })),
    transactional: Type.Optional(
      Type.Boolean({ description: 'owed to the reader, such as a receipt: sent without consent' }),
    ),
    topic: Type.Optional(
      Type.String({
        pattern: TOPIC,
        description: 'what it is about: people can opt out of it, or into it, apart from the channel',
      }),
    ),
    voice: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9._-]{1,60}$',
        description: 'a voice of the provider, such as Polly.Amy',
      }),
    ),
    language: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
        maxLength: 35,
        description: 'such as en-GB',
      }),
    ),
    menu: Type.Optional(
      Type.Unsafe<readonly Static<typeof Choice>[]>(Type.Array(Choice, { minItems: 1, maxItems: 6 })),
    ),
    body: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 262_144,
        description: 'JSON; each <%= %> is a whole JSON value',
      }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: 4_000 }), { maxProperties: 20 }),
    ),
  },
  { additionalProperties: false, examples },
);
export type TemplateContent = Static<typeof TemplateContent>;

const FIELDS = [
  'channel',
  'subject',
  'preheader',
  'html',
  'text',
  'layout',
  'transactional',
  'topic',
  'voice',
  'language',
  'menu',
  'body',
  'headers',
] as const;

/** A stored version as its author sent it. */
export const contentOf = (version: TemplateVersionDocument): TemplateContent =>
  Object.fromEntries(
    FIELDS.flatMap((field) => (version[field] === undefined ? [] : [[field, version[field]]])),
  ) as TemplateContent;
