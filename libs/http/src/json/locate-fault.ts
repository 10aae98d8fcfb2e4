import { MAX_JSON_DEPTH } from './limits.ts';

const TEXT = String.raw`"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"`;
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])`;
const WORD = String.raw`(?:true|false|null)\b`;
/** One token, and the white space before it. Sticky, so that each match starts where the last one ended. */
const TOKEN = new RegExp(String.raw`[\t\n\r ]*(?:([{}[\],:])|(${TEXT})|(${NUMBER}|${WORD}))`, 'y');
const SPACE = /[\t\n\r ]*/y;

type Wanted = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or }' | ', or ]' | 'the end';

/** Searching further would block the event loop for longer than the answer is worth. */
const MAX_TOKENS = 200_000;

/**
 * Where a text stops being JSON, or where an object repeats a name, in words: `line 2, column 7: a value is
 * expected`. Undefined if nothing is wrong in the first 200,000 tokens. Run it only on text that is known to
 * be faulty.
 */
export function locateFault(text: string): string | undefined {
  const open: (Set<string> | 'array')[] = [];
  let wanted: Wanted = 'value';
  let at = 0;
  for (let tokens = 0; tokens < MAX_TOKENS; tokens += 1) {
    const start = skipSpace(text, at);
    if (start === text.length) {
      return wanted === 'the end'
        ? undefined
        : `${position(text, start)}: it ends where ${WORDS[wanted]} is expected`;
    }
    TOKEN.lastIndex = at;
    const [, mark, name, plain] = TOKEN.exec(text) ?? [];
    const next = step({ mark, name, plain }, wanted, open);
    if (next === 'twice') return `${position(text, start)}: this name stands twice in its object`;
    if (next === undefined) return `${position(text, start)}: ${WORDS[wanted]} is expected`;
    if (open.length > MAX_JSON_DEPTH)
      return `${position(text, start)}: nested deeper than ${MAX_JSON_DEPTH} levels`;
    wanted = next;
    at = TOKEN.lastIndex;
  }
  return undefined;
}

interface Token {
  readonly mark: string | undefined;
  readonly name: string | undefined;
  readonly plain: string | undefined;
}

/**
 * What is expected after this token; undefined if the token is not what was expected. Opens and closes on
 * `open`.
 */
function step(
  { mark, name, plain }: Token,
  wanted: Wanted,
  open: (Set<string> | 'array')[],
): Wanted | 'twice' | undefined {
  const inside = open.at(-1);
  const afterValue = (): Wanted => {
    const around = open.at(-1);
    return around === undefined ? 'the end' : around === 'array' ? ', or ]' : ', or }';
  };
  if (wanted === 'name' || wanted === 'name or }') {
    if (mark === '}' && wanted === 'name or }') {
      open.pop();
      return afterValue();
    }
    if (name === undefined || !(inside instanceof Set)) return undefined;
    const key: string = JSON.parse(name);
    if (inside.has(key)) return 'twice';
    inside.add(key);
    return ':';
  }
  if (wanted === ':') return mark === ':' ? 'value' : undefined;
  if (wanted === ', or }' || wanted === ', or ]') {
    if (mark === ',') return wanted === ', or }' ? 'name' : 'value';
    if (mark !== (wanted === ', or }' ? '}' : ']')) return undefined;
    open.pop();
    return afterValue();
  }
  if (wanted === 'the end') return undefined;
  if (name !== undefined || plain !== undefined) return afterValue();
  if (mark === ']' && wanted === 'value or ]') {
    open.pop();
    return afterValue();
  }
  if (mark !== '{' && mark !== '[') return undefined;
  open.push(mark === '{' ? new Set() : 'array');
  return mark === '{' ? 'name or }' : 'value or ]';
}

const WORDS: Record<Wanted, string> = {
  value: 'a value',
  'value or ]': 'a value or "]"',
  name: 'a name in double quotes',
  'name or }': 'a name in double quotes or "}"',
  ':': '":"',
  ', or }': '"," or "}"',
  ', or ]': '"," or "]"',
  'the end': 'nothing more',
};

function skipSpace(text: string, from: number): number {
  SPACE.lastIndex = from;
  SPACE.test(text);
  return SPACE.lastIndex;
}

function position(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - (before.lastIndexOf('\n') + 1) + 1}`;
}
