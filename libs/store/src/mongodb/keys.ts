import type { Scalar } from '../documents.ts';

/**
 * The `_id` of what (workspace, id) names. No workspace has a space or anything that sorts before it, so the
 * text is unique and its order is that of (workspace, id); a workspace that could read into another's ids is
 * refused.
 */
export function idOf({ workspace, id }: { readonly workspace: string; readonly id: string }): string {
  if (/[\u0000- ]/.test(workspace)) throw new RangeError('A workspace has no spaces and control characters');
  return `${workspace} ${id}`;
}

/** Of two kinds of value, the one whose mark is less comes first. `END` comes after all of them. */
const KIND = { null: '0', number: '1', string: '2' } as const;
const END = '3';

const markOf = (value: Scalar): string =>
  value === null ? KIND.null : typeof value === 'number' ? KIND.number : KIND.string;
const after = (mark: string): string => String.fromCharCode(mark.charCodeAt(0) + 1);

/**
 * Values as one text whose order by code point is that of the values one after the other. No value's text is
 * the beginning of another's, so those that share their first values are one range.
 */
export const encodeKey = (values: readonly Scalar[]): string => values.map(encodeValue).join('');

function encodeValue(value: Scalar): string {
  if (value === null) return KIND.null;
  if (typeof value === 'number') return KIND.number + encodeNumber(value);
  // The end is U+0000; what could be taken for it, or for its escape, is escaped.
  const escaped = value.replace(/[\u0000\u0001]/g, (char) =>
    char === '\u0000' ? '\u0001\u0001' : '\u0001\u0002',
  );
  return `${KIND.string}${escaped}\u0000`;
}

const SIGN = 1n << 63n;
const ALL = (1n << 64n) - 1n;
const DIGITS = 16;

/**
 * The bits of a double, turned so that they order as the numbers do: the sign of positive ones set, all of
 * negative ones flipped.
 */
function encodeNumber(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  // There is one zero only.
  view.setFloat64(0, value === 0 ? 0 : value);
  const bits = view.getBigUint64(0);
  const ordered = (bits & SIGN) === 0n ? bits | SIGN : bits ^ ALL;
  return ordered.toString(16).padStart(DIGITS, '0');
}

function decodeNumber(text: string): number {
  const ordered = BigInt(`0x${text}`);
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, (ordered & SIGN) === 0n ? ordered ^ ALL : ordered & ~SIGN);
  return view.getFloat64(0);
}

/** The values in a text that `encodeKey` made. */
export function decodeKey(key: string): Scalar[] {
  const values: Scalar[] = [];
  for (let at = 0; at < key.length; ) {
    const mark = key.charAt(at);
    const start = at + 1;
    if (mark === KIND.null) {
      values.push(null);
      at = start;
    } else if (mark === KIND.number) {
      at = start + DIGITS;
      values.push(decodeNumber(key.slice(start, at)));
    } else {
      const end = key.indexOf('\u0000', start);
      const text = key.slice(start, end);
      values.push(text.replace(/\u0001./g, (pair) => (pair === '\u0001\u0001' ? '\u0000' : '\u0001')));
      at = end + 1;
    }
  }
  return values;
}

/** From inclusive, before exclusive, as MongoDB writes it. */
export interface KeyRange {
  readonly $gte: string;
  readonly $lt: string;
}

/**
 * The keys that begin with the values `equals` and go on within the bounds; undefined where there can be
 * none.
 */
export function keyRange(
  equals: readonly Scalar[],
  from: Scalar | undefined,
  before: Scalar | undefined,
): KeyRange | undefined {
  const prefix = encodeKey(equals);
  if (from === undefined && before === undefined) return { $gte: prefix, $lt: prefix + END };
  if (before === null) return undefined;
  const mark = markOf(from === undefined ? (before ?? null) : from);
  if (before !== undefined && markOf(before) !== mark) return undefined;
  return {
    $gte: prefix + (from === undefined ? mark : encodeValue(from)),
    $lt: prefix + (before === undefined ? after(mark) : encodeValue(before)),
  };
}
