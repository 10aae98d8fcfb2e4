import {
  Composer,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
} from 'yaml';

/** A place in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One mistake in a text, with its place: a path such as `steps/2/wait`, and where that stands (1-based). */
export interface Fault extends Place {
  readonly path: string;
  readonly message: string;
}

/** What a document may have. Without any one of these limits a text could block the process for a minute. */
const YAML_LIMITS = {
  /** Words, marks and line breaks as YAML has them; a campaign of 500 steps has about 15,000. */
  parts: 20_000,
  /** Nested lists and maps; steps that nest ten deep need 45. */
  depth: 64,
  /** Expanding an alias inside an alias inside … is how a small text becomes a huge one. */
  aliases: 50,
  /** Mistakes of the text itself that are reported. */
  faults: 50,
} as const;

export interface ReadDocument {
  readonly document: Document | undefined;
  readonly value: unknown;
  /** In the order of the text. */
  readonly faults: readonly Fault[];
  placeOf(offset: number): Place;
}

/** Ends the reading: after this mistake the rest is not checked. */
class Unreadable extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/**
 * One YAML document as values, with every mistake of the text itself. Its time is limited by `YAML_LIMITS`.
 */
export function readDocument(text: string): ReadDocument {
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const faults: Fault[] = [];
  const add = (offset: number, message: string): void => {
    if (faults.length >= YAML_LIMITS.faults) throw new Unreadable(offset, 'and more mistakes after these');
    faults.push({ path: '', ...placeOf(offset), message });
  };
  try {
    const document = compose(text, lines, add);
    if (document !== undefined) checkNodes(document, add);
    const value = faults.length > 0 ? undefined : toValues(document);
    return { document, value, faults, placeOf };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    faults.push({ path: '', ...placeOf(error.offset), message: error.message });
    return { document: undefined, value: undefined, faults, placeOf };
  }
}

type Add = (offset: number, message: string) => void;

function compose(text: string, lines: LineCounter, add: Add): Document | undefined {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false });
  // The library collects each mistake with a stack trace, as many as there are.
  Object.assign(composer, {
    onError: (source: number | [number, number] | { offset: number }, _code: string, message: string) =>
      add(typeof source === 'number' ? source : Array.isArray(source) ? source[0] : source.offset, message),
  });
  let document: Document | undefined;
  const take = (documents: Iterable<Document>): void => {
    for (const next of documents) {
      if (document !== undefined)
        throw new Unreadable(next.range?.[0] ?? 0, 'has a second document; only one can be read');
      document = next;
    }
  };
  let parts = 0;
  const tokens = function* () {
    for (const lexeme of new Lexer().lex(text)) {
      parts += 1;
      if (parts > YAML_LIMITS.parts)
        throw new Unreadable(
          parser.offset,
          `has more than ${YAML_LIMITS.parts.toLocaleString('en-US')} words and marks up to here; ` +
            'split it',
        );
      yield* parser.next(lexeme);
      const { stack } = parser;
      if (stack.length > YAML_LIMITS.depth && stack.filter(isOpen).length > YAML_LIMITS.depth)
        throw new Unreadable(parser.offset, `is nested deeper than ${YAML_LIMITS.depth}`);
    }
    yield* parser.end();
  };
  for (const token of tokens()) {
    if (token.type === 'error') add(token.offset, token.message);
    else take(composer.next(token));
  }
  take(composer.end(true, text.length));
  return document;
}

const OPEN = new Set(['block-map', 'block-seq', 'flow-collection']);
const isOpen = ({ type }: { readonly type: string }): boolean => OPEN.has(type);

/**
 * Finds names that stand twice in a map, and too many aliases. The library's own check compares each name
 * with all before it, which is slow.
 */
function checkNodes(document: Document, add: Add): void {
  let aliases = 0;
  const visit = (node: unknown): void => {
    if (isAlias(node)) {
      aliases += 1;
      if (aliases === YAML_LIMITS.aliases + 1)
        add(node.range?.[0] ?? 0, `has more than ${YAML_LIMITS.aliases} aliases`);
    }
    if (!isCollection(node)) return;
    const names = new Set<unknown>();
    for (const item of node.items) {
      if (!isMap(node)) {
        visit(item);
        continue;
      }
      const { key, value } = item as { key: unknown; value: unknown };
      if (isScalar(key)) {
        if (names.has(key.value)) add(key.range?.[0] ?? 0, 'this name stands twice in its map');
        names.add(key.value);
      } else if (isCollection(key)) {
        add(key.range?.[0] ?? 0, 'a name must be a plain word');
      }
      visit(value);
    }
  };
  visit(document.contents);
}

function toValues(document: Document | undefined): unknown {
  try {
    return document?.toJS({ maxAliasCount: YAML_LIMITS.aliases });
  } catch (error) {
    // The one thing that is found only here: an alias that expands to too much.
    throw new Unreadable(0, error instanceof Error ? error.message : String(error));
  }
}
