import type { Position } from './position.ts';

const SPACE = /[\t\n\f\r ]/;
const LETTER = /[a-z]/i;
const URL_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['href', 'src', 'action', 'formaction', 'background', 'poster', 'srcset', 'data', 'xlink:href'],
]);
/** Elements whose text has no tags in it. https://html.spec.whatwg.org/multipage/syntax.html#elements-2 */
const RAW_ELEMENTS: ReadonlySet<string> = new Set(['script', 'style', 'title', 'textarea', 'xmp', 'iframe']);

/** Whether output here is the start of a link. An uncertain name may be a link's. */
export const isLinkStart = ({ mode, name, empty }: Readonly<Position>): boolean =>
  (mode === '"' || mode === "'") && empty && (URL_ATTRIBUTES.has(name) || name.includes('?'));

/** Why escaped text may not stand here, and what to do; undefined: it may. */
export function forbids({ mode, name }: Readonly<Position>): string | undefined {
  switch (mode) {
    case 'value':
    case 'unquoted':
      return 'put the attribute’s value in quotes';
    case 'bang':
      // A comment has begun.
      return name === '--' ? undefined : IN_TAG;
    case 'open':
    case 'close':
    case 'tag':
      return IN_TAG;
    case 'unclear':
      return (
        'whether this stands in a tag or in quotes depends on an if before it: open and close both in ' +
        'the same block'
      );
    default:
      return undefined;
  }
}

const IN_TAG =
  'within a tag of HTML, an output must stand in the quoted value of an attribute: name="<%= … %>"';

/** The position after an output. */
export const afterOutput = (before: Readonly<Position>): Position => ({
  ...before,
  mode: before.mode === 'bang' ? 'comment' : before.mode,
  name: ['bang', 'comment', 'raw'].includes(before.mode) ? '' : before.name,
  empty: false,
});

/**
 * The position after a text of HTML, read as browsers do
 * (https://html.spec.whatwg.org/multipage/parsing.html#tokenization). The content of a conditional comment,
 * `<!--[if …]>`, is read as if it stood outside: some mail programs show it.
 */
export function afterMarkup(before: Readonly<Position>, text: string): Position {
  const position = { ...before };
  for (const char of text) READ[position.mode](position, char.toLowerCase());
  return position;
}

const enterTag = (position: Position, tag: string): void => {
  Object.assign(position, { mode: 'tag', tag, naming: true, name: '?', ended: false });
};

const leaveTag = (position: Position): void => {
  const isRaw = RAW_ELEMENTS.has(position.tag);
  Object.assign(position, { mode: isRaw ? 'raw' : 'text', tag: isRaw ? position.tag : '' });
  Object.assign(position, { naming: false, name: '', ended: true, empty: true });
};

const betweenAttributes = (position: Position): void => {
  Object.assign(position, { mode: 'tag', name: '', ended: true, empty: true });
};

const inTag = (position: Position, char: string): void => {
  const { naming, name, ended } = position;
  if (char === '>') leaveTag(position);
  else if (SPACE.test(char) || (char === '/' && (naming || !name.includes('?')))) {
    // A slash, and the element's own name, have no value: an = after them begins a name.
    if (naming || char === '/') betweenAttributes(position);
    Object.assign(position, { naming: false, ended: true });
  } else if (char === '=' && name.includes('?')) position.mode = 'unclear';
  else if (char === '=' && name !== '') Object.assign(position, { mode: 'value', empty: true });
  else if (naming) position.tag += char;
  else Object.assign(position, { name: ended ? char : name + char, ended: false });
};

const inQuotes = (position: Position, char: string): void => {
  if (char === position.mode) betweenAttributes(position);
  else if (char > ' ') position.empty = false;
};

const until = (position: Position, char: string): void => {
  if (char === '>') leaveTag(position);
};

const READ: Readonly<Record<Position['mode'], (position: Position, char: string) => void>> = {
  text(position, char) {
    if (char === '<') position.mode = 'open';
  },
  open(position, char) {
    if (LETTER.test(char)) enterTag(position, char);
    else if (char === '/') position.mode = 'close';
    else if (char === '!') Object.assign(position, { mode: 'bang', name: '' });
    else if (char !== '<') position.mode = char === '?' ? 'bogus' : 'text';
  },
  close(position, char) {
    if (LETTER.test(char)) enterTag(position, `/${char}`);
    else position.mode = char === '>' ? 'text' : 'bogus';
  },
  bang(position, char) {
    if (char === '>') leaveTag(position);
    else if (position.name === '--') {
      position.mode = char === '[' ? 'bogus' : 'comment';
      position.name += char;
    } else if ('--'.startsWith(position.name + char)) position.name += char;
    else position.mode = 'bogus';
  },
  tag: inTag,
  value(position, char) {
    if (char === '"' || char === "'") position.mode = char;
    else if (char === '>') leaveTag(position);
    else if (!SPACE.test(char)) position.mode = 'unquoted';
  },
  unquoted(position, char) {
    if (char === '>') leaveTag(position);
    else if (SPACE.test(char)) betweenAttributes(position);
  },
  '"': inQuotes,
  "'": inQuotes,
  comment(position, char) {
    if (char === '>' && /--!?$/.test(position.name)) leaveTag(position);
    else position.name = (position.name + char).slice(-3);
  },
  bogus: until,
  raw(position, char) {
    const { tag } = position;
    position.name = (position.name + char).slice(-tag.length - 2);
    if (position.name === `</${tag}`) enterTag(position, `/${tag}`);
  },
  unclear() {},
};
