import { type Document, isScalar } from 'yaml';
import { type Fault, type Place, readDocument } from './yaml-document.ts';

export type { Fault, Place } from './yaml-document.ts';
export type Path = readonly (string | number)[];

/** A YAML text (or JSON, which is YAML) as plain values, with the places of all of them. */
export interface SourceText {
  readonly value: unknown;
  /** Mistakes of the text itself. If there are any, nothing else is checked. */
  readonly faults: readonly Fault[];
  /**
   * A fault at a path. Where the path leads nowhere (something is missing), its nearest parent is the place.
   * `inside` is a place within a text of one line, such as a mistake in an expression.
   */
  faultAt(path: Path, message: string, inside?: Place): Fault;
}

/** Characters. Mistakes cut longer paths and words. */
const MAX_PATH = 200;
const MAX_QUOTED = 60;

/** A word of the text as a mistake may quote it: cut, for somebody may have pasted a whole file. */
export const quoted = (word: string): string =>
  word.length > MAX_QUOTED ? `${word.slice(0, MAX_QUOTED)}…` : word;

/** Several words as a mistake may list them: the first five. */
export function listed(words: readonly string[], join = ', '): string {
  const shown = words.slice(0, 5).map(quoted).join(join);
  return words.length > 5 ? `${shown} and ${(words.length - 5).toLocaleString('en-US')} more` : shown;
}

/** Reads a text within the limits of `readDocument`. */
export function readText(text: string): SourceText {
  const { document, value, faults, placeOf } = readDocument(text);
  const faultAt: SourceText['faultAt'] = (path, message, inside) => {
    for (let length = path.length; ; length -= 1) {
      const node = nodeAt(document, path.slice(0, length));
      const offset = node?.range?.[0];
      if (offset === undefined && length > 0) continue;
      const within = inside === undefined || length < path.length ? 0 : offsetInside(text, node, inside);
      return { path: path.join('/').slice(0, MAX_PATH), ...placeOf((offset ?? 0) + within), message };
    }
  };
  return { value, faults, faultAt };
}

type Ranged = { readonly range?: readonly number[] | null } | undefined;

const nodeAt = (document: Document | undefined, path: Path): Ranged =>
  (path.length === 0 ? document?.contents : document?.getIn(path, true)) as Ranged;

/** The offset in a scalar of a place in its value; 0 where escapes or folded lines make that unknown. */
function offsetInside(text: string, node: unknown, inside: Place): number {
  if (!isScalar(node) || typeof node.value !== 'string' || node.range == null) return 0;
  const [start, end] = node.range;
  if (node.type === 'BLOCK_LITERAL') return offsetInBlock(text.slice(start, end), node.value, inside);
  if (inside.line > 1) return 0;
  const quotes = node.type === 'PLAIN' ? 0 : 1;
  return end - start - 2 * quotes === node.value.length ? inside.column - 1 + quotes : 0;
}

/** `block` begins with its header, such as `|-`; its lines are those of the value, indented. */
function offsetInBlock(block: string, value: string, { line, column }: Place): number {
  const [header = '', ...lines] = block.split('\n');
  const spaces = (one: string): number => one.length - one.trimStart().length;
  const first = lines.findIndex((one) => one.trim() !== '');
  const indent = spaces(lines[first] ?? '') - spaces(value.split('\n')[first] ?? '');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return header.length + 1 + before + indent + column - 1;
}
