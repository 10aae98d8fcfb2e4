import { type Spoken, spokenParts } from '@herald/domain';
import type { Fault } from '@herald/http';
import { type PartFault, type PlainSources, TemplateError } from '@herald/templates';
import { Type } from 'typebox';
import { type ChannelTemplate, type Content, missing, type TemplateContent } from '../channel.ts';
import { consentTemplateFields, streamField, textField } from '../template-fields.ts';

/** What a key does: the call says this, and reports which key it was. */
export interface MenuChoice {
  /** One of 0–9, * and #. */
  readonly key: string;
  /** May hold pauses: `[pause 2s]`. */
  readonly say: string;
}

/** What a call says. */
export interface CallContent extends Content {
  readonly channel: 'call';
  readonly script: readonly Spoken[];
  readonly menu: readonly MenuChoice[];
  readonly voice?: string;
  readonly language?: string;
}

/**
 * Characters. With its markup it must fit into the 4,000 that Twilio takes with a call.
 */
const MAX_SCRIPT = 2_400;
const MAX_CHOICE = 300;

const Choice = Type.Object(
  {
    key: Type.String({ pattern: '^[0-9*#]$', description: '0 to 9, * or #' }),
    say: Type.String({ minLength: 1, maxLength: 4_000, description: 'what the call says then' }),
  },
  { additionalProperties: false },
);
const Piece = Type.Object({ say: Type.Optional(Type.String()), pause: Type.Optional(Type.Integer()) });

export const callTemplate: ChannelTemplate<CallContent> = {
  fields: {
    ...textField,
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
    menu: Type.Optional(Type.Array(Choice, { minItems: 1, maxItems: 6 })),
    ...consentTemplateFields,
    ...streamField,
  },
  faults: (content) => [
    ...missing(content, ['text']),
    ...menuFaults(content),
    ...pauseFaults(content),
    ...variantKeyFaults(content),
  ],
  sources: (content) => ({ plain: plainSources(content) }),
  preview: {
    script: Type.Optional(Type.Array(Piece, { description: 'what a call says; pauses in s' })),
    menu: Type.Optional(Type.Array(Type.Object({ key: Type.String(), say: Type.String() }))),
    voice: Type.Optional(Type.String()),
    language: Type.Optional(Type.String()),
  },
  compose: async (content, render) => callContent(content, await render.plain(plainSources(content))),
};

const plainSources = ({ text = '', menu = [] }: TemplateContent): PlainSources => ({
  text: { source: text },
  ...Object.fromEntries(menu.map(({ say }, index) => [sayOf(index), { source: say }])),
});

/** Throws `TemplateError` for a script that says nothing or too much. */
function callContent(
  { menu = [], voice, language }: Pick<TemplateContent, 'menu' | 'voice' | 'language'>,
  texts: Readonly<Record<string, string>>,
): CallContent {
  const text = texts.text ?? '';
  const script = spokenParts(text);
  const choices = menu.map(({ key }, index) => ({ key, say: (texts[sayOf(index)] ?? '').trim() }));
  const faults: PartFault[] = [];
  if (!script.some((part) => 'say' in part)) faults.push({ part: 'text', reason: 'it says nothing' });
  if (text.length > MAX_SCRIPT)
    faults.push({ part: 'text', reason: `it is longer than ${MAX_SCRIPT} characters` });
  choices.forEach(({ say }, index) => {
    if (say === '') faults.push({ part: sayOf(index), reason: 'it says nothing' });
    if (say.length > MAX_CHOICE)
      faults.push({ part: sayOf(index), reason: `it is longer than ${MAX_CHOICE} characters` });
  });
  if (faults.length > 0) throw new TemplateError(faults);
  return {
    channel: 'call',
    script,
    menu: choices,
    ...(voice === undefined ? {} : { voice }),
    ...(language === undefined ? {} : { language }),
  };
}

const sayOf = (index: number): string => `menu/${index}/say`;

const menuFaults = ({ menu = [] }: TemplateContent): Fault[] =>
  menu.flatMap(({ key }, index) =>
    menu.findIndex((other) => other.key === key) === index
      ? []
      : [{ path: `/menu/${index}/key`, message: `${key} is already taken` }],
  );

/** A campaign asks for a key, in whatever language it was offered. */
function variantKeyFaults({ menu = [], locales = {} }: TemplateContent): Fault[] {
  const keysOf = (choices: readonly MenuChoice[]): string =>
    choices
      .map(({ key }) => key)
      .toSorted()
      .join(', ') || 'none';
  return Object.entries(locales).flatMap(([tag, { menu: own = [] }]) =>
    keysOf(own) === keysOf(menu)
      ? []
      : [{ path: `/locales/${tag}/menu`, message: `must have the keys of the default: ${keysOf(menu)}` }],
  );
}

/** A pause that is written wrongly would be read out. */
function pauseFaults({ text = '', menu = [] }: TemplateContent): Fault[] {
  const sources = [
    ['/text', text] as const,
    ...menu.map(({ say }, index) => [`/${sayOf(index)}`, say] as const),
  ];
  return sources.flatMap(([path, source]) => {
    const [wrong] = spokenParts(source).flatMap((part) =>
      'say' in part ? (/\[pause\b[^\]]*\]?/i.exec(part.say)?.[0] ?? []) : [],
    );
    return wrong === undefined
      ? []
      : [{ path, message: `${wrong} is no pause; write [pause], or [pause 3s] for up to 10 seconds` }];
  });
}
