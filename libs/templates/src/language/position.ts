/** Where in the output the next piece will stand. */
export interface Position {
  /**
   * `text`: outside all markup (in JSON: outside a text). `open`, `close`, `bang`: right after `<`, `</`,
   * `<!`. `tag`: in a tag, between values. `value`: after an attribute's `=`. `"` and `'`: within such
   * quotes. `bogus`: in `<!doctype …>` and its like. `raw`: in an element like style, whose text has no tags.
   * `unclear`: it depends on which way an `if` went.
   */
  mode:
    | 'text'
    | 'open'
    | 'close'
    | 'bang'
    | 'tag'
    | 'value'
    | 'unquoted'
    | '"'
    | "'"
    | 'comment'
    | 'bogus'
    | 'raw'
    | 'unclear';
  /** The element, in small letters; of a closing tag, with `/` before it. */
  tag: string;
  /** Whether the element's name may go on. */
  naming: boolean;
  /**
   * The attribute, in small letters, with `?` where it is not certain; in other modes, the last few
   * characters.
   */
  name: string;
  /** Whether the attribute's name is complete. */
  ended: boolean;
  /** Whether the attribute's value may have nothing in it but spaces so far. */
  empty: boolean;
}

export const START: Readonly<Position> = {
  ...{ mode: 'text', tag: '', naming: false, name: '', ended: true, empty: true },
};

const UNCLEAR: Readonly<Position> = { ...START, mode: 'unclear' };
const WITH_NAME: ReadonlySet<Position['mode']> = new Set(['tag', 'value', '"', "'"]);

/** The position after either of two branches: where they differ, the one that is checked more strictly. */
export function either(one: Readonly<Position>, other: Readonly<Position>): Position {
  const [a, b] = one.mode === other.mode ? [one, other] : [afterValue(one), afterValue(other)];
  if (a.mode !== b.mode || a.tag !== b.tag) return { ...UNCLEAR };
  return {
    mode: a.mode,
    tag: a.tag,
    naming: a.naming && b.naming,
    name: WITH_NAME.has(a.mode) ? (a.name === b.name ? a.name : '?') : '',
    ended: a.ended && b.ended,
    empty: a.empty || b.empty,
  };
}

/** Whether the body of a loop between the two positions stands at the same place each time. */
export const isSame = (before: Readonly<Position>, after: Readonly<Position>): boolean =>
  JSON.stringify(either(before, before)) === JSON.stringify(either(before, after));

/** An unquoted value ends where a name would. */
const afterValue = (position: Readonly<Position>): Readonly<Position> =>
  position.mode === 'unquoted' ? { ...position, mode: 'tag', name: '?', ended: false } : position;

/** The position after a text of JSON. */
export function afterJson(before: Readonly<Position>, text: string): Position {
  const position = { ...before };
  for (const char of text) {
    const escaped = position.mode === '"' && position.name === '\\';
    if (char === '"' && !escaped && position.mode !== 'unclear')
      position.mode = position.mode === '"' ? 'text' : '"';
    position.name = escaped ? '' : char;
  }
  return position;
}
