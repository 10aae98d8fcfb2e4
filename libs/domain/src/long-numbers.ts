/** A number of a text that cannot be kept with all its digits. */
export class UnfitNumber {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

const LONG = /\d{16}/g;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Enough for 128 bits. Longer ones would cost more than their length. */
const INTEGER = /^-?\d{1,40}$/;
const IN_A_NUMBER = new Set('0123456789.eE+-');
const NAME_FOLLOWS = /[\t\n\r ]*:/y;

const REASON = 'is a number with more digits than can be kept: send it as text';

type LongNumber = bigint | UnfitNumber;

/**
 * As `readJson`, for a text that may hold integers beyond 2⁵³. Each is put into quotes with a mark before
 * `JSON.parse`, and taken out afterwards: a reviver that sees the source of every value takes ten times as
 * long, a second for a mebibyte of short values.
 */
export function readLongNumbers(text: string, strict: boolean): unknown {
  // Only by guessing could a text contain it, and would gain nothing but a number that it contains anyway.
  const mark = `\ue000${Math.random().toString(36).slice(2)}:`;
  const found: LongNumber[] = [];
  const pieces: string[] = [];
  let taken = 0;
  for (const { start, end } of longTokens(text)) {
    const value = longNumber(text.slice(start, end), strict);
    NAME_FOLLOWS.lastIndex = end;
    // A number in the place of a name is not JSON, and quotes must not make it JSON.
    if (value === undefined || NAME_FOLLOWS.test(text)) continue;
    pieces.push(text.slice(taken, start), `"${mark}${found.length}"`);
    found.push(value);
    taken = end;
  }
  if (found.length === 0) return JSON.parse(text);
  pieces.push(text.slice(taken));
  return putBack(JSON.parse(pieces.join('')), mark, found);
}

/** Where numbers with sixteen digits in a row stand outside of texts. */
function* longTokens(text: string): Generator<{ readonly start: number; readonly end: number }> {
  let at = 0;
  // The next quote at or after `at`, kept between matches: a text without quotes is searched once.
  let quote = nextQuote(text, 0);
  LONG.lastIndex = 0;
  for (let match = LONG.exec(text); match !== null; match = LONG.exec(text)) {
    while (quote < match.index) {
      at = afterText(text, quote);
      quote = nextQuote(text, at);
    }
    // Texts that end behind the match hold it.
    if (at > match.index) LONG.lastIndex = at;
    else {
      let start = match.index;
      while (start > at && isInNumber(text, start - 1)) start -= 1;
      let end = LONG.lastIndex;
      while (isInNumber(text, end)) end += 1;
      yield { start, end };
      at = end;
      LONG.lastIndex = end;
    }
  }
}

const isInNumber = (text: string, at: number): boolean => IN_A_NUMBER.has(text.charAt(at));

function nextQuote(text: string, from: number): number {
  const at = text.indexOf('"', from);
  return at === -1 ? text.length : at;
}

function afterText(text: string, opening: number): number {
  for (let at = opening + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') return at + 1;
    if (char === '\\') at += 1;
  }
  return text.length;
}

/** Undefined for a number that a double holds or shall hold, and for text that is no number. */
function longNumber(source: string, strict: boolean): LongNumber | undefined {
  if (!NUMBER.test(source) || Math.abs(Number(source)) <= Number.MAX_SAFE_INTEGER) return undefined;
  if (INTEGER.test(source)) return BigInt(source);
  return strict && keepsTooMuch(source) ? new UnfitNumber(REASON) : undefined;
}

/** 1e20 is meant as a double; digits beyond the 17 of a double are lost. */
const keepsTooMuch = (source: string): boolean =>
  !/e/i.test(source) || source.replace(/e.*$/i, '').replace(/\D/g, '').length > 17;

/** Without recursion: a text may be deeper than the stack. */
function putBack(value: unknown, mark: string, found: readonly LongNumber[]): unknown {
  const root: Record<string, unknown> = { value };
  const open = [root];
  for (let parts = open.pop(); parts !== undefined; parts = open.pop()) {
    const see = (key: string | number, part: unknown): void => {
      if (typeof part === 'object' && part !== null) open.push(part as Record<string, unknown>);
      else if (typeof part === 'string' && part.startsWith(mark)) {
        (parts as Record<string | number, unknown>)[key] = found[Number(part.slice(mark.length))];
      }
    };
    if (Array.isArray(parts)) for (let index = 0; index < parts.length; index += 1) see(index, parts[index]);
    else for (const key in parts) see(key, parts[key]);
  }
  return root.value;
}
