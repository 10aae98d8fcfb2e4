import { type Expression, type Options, type Program, parse, parseExpressionAt } from 'acorn';
import { type Place, TemplateFault } from './fault.ts';
import type { Piece, TagPiece } from './tags.ts';

/** A template's code as one syntax tree. */
export interface TemplateProgram {
  readonly tree: Program;
  /** The text that the tree's offsets count in. */
  readonly code: string;
  /** The piece that a marker stands for, by the marker's start; undefined: the author wrote the statement. */
  readonly pieceAt: (start: number) => Piece | undefined;
  /** Where in the template a node of the tree is. */
  readonly placeOf: (offset: number) => Place;
}

interface Run {
  readonly start: number;
  readonly end: number;
  readonly source: number;
}

/** Module syntax: strict, and no HTML-like comments. */
const SYNTAX: Options = { ecmaVersion: 'latest', sourceType: 'module', preserveParens: true };

/**
 * Joins the code of all code tags, with a marker (a number on its own line) for each text and output, and
 * parses it. A tag that is not made of whole statements and braces swallows a marker or fails to parse:
 * either way the template is refused.
 */
export function parseProgram(pieces: readonly Piece[], place: (offset: number) => Place): TemplateProgram {
  const runs: Run[] = [];
  const markers = new Map<number, Piece>();
  let code = '';
  for (const piece of pieces) {
    if (piece.kind === 'code') {
      runs.push({ start: code.length, end: code.length + piece.code.length, source: piece.start });
      code += `${piece.code}\n`;
    } else {
      markers.set(code.length, piece);
      code += '0;\n';
    }
  }
  const placeOf = (offset: number): Place => place(sourceOffset(runs, offset));
  const comments: { start: number; end: number }[] = [];
  const tree = attempt(
    () =>
      parse(code, {
        ...SYNTAX,
        onComment: (block, _text, start, end) => {
          if (!block) throw new TemplateFault('a // comment is not allowed; use /* … */', placeOf(start));
          comments.push({ start, end });
        },
      }),
    placeOf,
  );
  for (const comment of comments) {
    const whole = runs.some((run) => run.start <= comment.start && comment.end <= run.end);
    if (!whole) throw new TemplateFault('a comment must end in the tag it starts in', placeOf(comment.start));
  }
  return { tree, code, pieceAt: (start) => markers.get(start), placeOf };
}

/** The one expression that an output tag holds. */
export function parseOutput(tag: TagPiece, place: (offset: number) => Place): Expression {
  const placeOf = (offset: number): Place => place(tag.start + offset);
  const expression = attempt(
    () =>
      parseExpressionAt(tag.code, 0, {
        ...SYNTAX,
        onComment: (_block, _text, start) => {
          throw new TemplateFault('a comment is not allowed in an output tag', placeOf(start));
        },
      }),
    placeOf,
  );
  if (tag.code.slice(expression.end).trim() !== '')
    throw new TemplateFault('an output tag holds one expression', placeOf(expression.end));
  return expression;
}

/** Runs a parser; its syntax errors become faults with their place in the template. */
function attempt<T>(parser: () => T, placeOf: (offset: number) => Place): T {
  try {
    return parser();
  } catch (error) {
    if (error instanceof TemplateFault) throw error;
    if (error instanceof RangeError || (error instanceof Error && /stack space/.test(error.message)))
      throw new TemplateFault('too deeply nested');
    if (!(error instanceof SyntaxError)) throw error;
    const at = 'pos' in error && typeof error.pos === 'number' ? placeOf(error.pos) : undefined;
    throw new TemplateFault(`syntax: ${error.message.replace(/ \(\d+:\d+\)$/, '')}`, at);
  }
}

/** Offsets between tags count to the end of the code before them. */
function sourceOffset(runs: readonly Run[], offset: number): number {
  const run = runs.findLast(({ start }) => start <= offset) ?? runs[0];
  if (run === undefined) return 0;
  return run.source + Math.min(Math.max(offset - run.start, 0), run.end - run.start);
}
