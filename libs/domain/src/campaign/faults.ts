import { isNode, isScalar, LineCounter, parseDocument } from 'yaml';

/** One mistake in a text, with its place: a path such as `steps/2/wait`, and where that stands (1-based). */
export interface Fault {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type Path = readonly (string | number)[];

/** A YAML (or JSON, which is YAML) text read into plain values, which remembers where everything stands. */
export interface SourceText {
  readonly value: unknown;
  /** What the text itself gets wrong; nothing else is worth checking then. */
  readonly faults: readonly Fault[];
  /**
   * A fault at a path. Where the path leads nowhere (something is missing), its nearest parent is the place. `inside` is a place
   * within a text of one line, such as a mistake in an expression.
   */
  faultAt(path: Path, message: string, inside?: { readonly line: number; readonly column: number }): Fault;
}

/** Enough for every sane document; expanding an alias inside an alias inside … is how a small text becomes a huge one. */
const MAX_ALIASES = 50;

export function readText(text: string): SourceText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const placeOf = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const faultAt: SourceText['faultAt'] = (path, message, inside) => {
    for (let length = path.length; ; length -= 1) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      const offset = isNode(node) ? node.range?.[0] : undefined;
      if (offset === undefined && length > 0) continue;
      const within = inside === undefined || length < path.length ? 0 : offsetInside(node, inside);
      return { path: path.join('/'), ...placeOf((offset ?? 0) + within), message };
    }
  };
  const faults: Fault[] = document.errors.map((error) => ({
    path: '',
    ...placeOf(error.pos[0]),
    message: error.message,
  }));
  let value: unknown;
  if (faults.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: MAX_ALIASES });
    } catch (error) {
      faults.push({
        path: '',
        line: 1,
        column: 1,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return { value, faults, faultAt };
}

/** How far into a scalar a place of its value lies; 0 where escapes or several lines make that unknowable. */
function offsetInside(node: unknown, inside: { readonly line: number; readonly column: number }): number {
  if (!isScalar(node) || typeof node.value !== 'string' || inside.line > 1 || node.range == null) return 0;
  const [start, end] = node.range;
  const quotes = node.type === 'PLAIN' ? 0 : 1;
  return end - start - 2 * quotes === node.value.length ? inside.column - 1 + quotes : 0;
}
