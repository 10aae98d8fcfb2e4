import { type Spoken, spokenParts } from '@herald/domain';
import type { Fault } from '@herald/http';
import { type PartFault, TemplateError } from '@herald/templates';
import type { MenuChoice } from '../providers/provider.ts';
import type { TemplateContent } from '../templates/content.ts';
import { type ChannelTemplate, missing } from './channel-template.ts';

/** What a call says. */
export interface CallContent {
  readonly channel: 'call';
  readonly script: readonly Spoken[];
  readonly menu: readonly MenuChoice[];
  readonly voice?: string;
  readonly language?: string;
}

/**
 * Characters: the whole of it, and the markup around it, must fit into the 4,000 that Twilio takes with a
 * call.
 */
const MAX_SCRIPT = 2_400;
const MAX_CHOICE = 300;

export const callTemplate: ChannelTemplate = {
  fields: ['text', 'voice', 'language', 'menu', 'transactional', 'topic'],
  faults: (content) => [...missing(content, ['text']), ...menuFaults(content), ...pauseFaults(content)],
  plain: ({ text = '', menu = [] }) => ({
    text: { source: text },
    ...Object.fromEntries(menu.map(({ say }, index) => [sayOf(index), { source: say }])),
  }),
};

/** Throws `TemplateError` for a script that says nothing or too much. */
export function callContent(
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

/** A pause that is none would be read out. */
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
