import type { TemplateVersionDocument } from '@herald/contracts';
import { CHANNELS } from '@herald/domain';
import { type TProperties, Type } from 'typebox';
import type { TemplateContent } from '../channels/channel.ts';
import { channels } from '../channels/index.ts';
import { TEXT_NAMES } from './variants.ts';

const examples = [
  {
    channel: 'email',
    subject: 'Welcome, <%= it.prospect.traits.name ?? "and hello" %>',
    html: '<p>Your trial has begun. <a href="<%= it.links.unsubscribe %>">Unsubscribe</a></p>',
  },
  {
    channel: 'sms',
    text: 'Your trial ends tomorrow. Stop: <%= it.links.unsubscribe %>',
    locales: { de: { text: 'Ihre Probezeit endet morgen. Stopp: <%= it.links.unsubscribe %>' } },
  },
  { channel: 'call', text: 'Press 1 to be called back.', menu: [{ key: '1', say: 'Thank you.' }] },
  { channel: 'webhook', body: '{ "who": <%= it.prospect.id %>, "event": <%= it.event.data %> }' },
];

const Channel = Type.Union(
  [...CHANNELS.slice(0, 1), 'layout', 'partial', ...CHANNELS.slice(1)].map((name) => Type.Literal(name)),
);

const fields: TProperties = Object.assign(
  { channel: Channel },
  ...CHANNELS.map((channel) => channels[channel].template.fields),
);

const Texts = Type.Object(
  Object.fromEntries(TEXT_NAMES.flatMap((name) => (fields[name] ? [[name, fields[name]]] : []))),
  { additionalProperties: false },
);

/** The fields of all kinds of templates. */
export const templateFields: TProperties = {
  ...fields,
  locales: Type.Optional(
    Type.Record(Type.String({ maxLength: 64 }), Texts, {
      maxProperties: 50,
      description: 'what it says in other languages, by BCP 47 tag, such as de or pt-BR',
    }),
  ),
};

/** The body of a request that saves a template. */
export const TemplateBody = Type.Unsafe<TemplateContent>(
  Type.Object(templateFields, { additionalProperties: false, examples }),
);

/** A stored version as its author sent it. */
export const contentOf = (version: TemplateVersionDocument): TemplateContent => {
  const stored = new Map(Object.entries(version));
  return Object.fromEntries(
    Object.keys(templateFields).flatMap((field) =>
      stored.get(field) === undefined ? [] : [[field, stored.get(field)]],
    ),
  ) as TemplateContent;
};
