import { TemplateFault } from './fault.ts';

/** One piece of a template as Eta reads it. */
export type Piece = TextPiece | TagPiece;

interface TextPiece {
  readonly kind: 'text';
  /** Escaped for a JavaScript string in single quotes. */
  readonly quoted: string;
}

export interface TagPiece {
  readonly kind: 'output' | 'raw' | 'code';
  readonly code: string;
  /** The offset of the code in the template. */
  readonly start: number;
}

/** What `eta.parse` gives: text, already escaped for a JavaScript string in single quotes, and tags. */
export type EtaPiece = string | { readonly t: string; readonly val: string };

const KINDS: Readonly<Record<string, TagPiece['kind']>> = { i: 'output', r: 'raw', e: 'code' };
const OPENING = /<%(-|_)?\s*(=|~)?\s*/y;
const CLOSING = /\s*(-|_)?%>/y;

/**
 * Eta's pieces with their places, which Eta does not give: each tag is found again in the template and must
 * be there letter for letter. A line that holds only code would leave an empty line, so a line break
 * right after a code tag is dropped. (By itself Eta drops it after every tag, which joins the lines of a
 * plain text.)
 */
export function locate(source: string, pieces: readonly EtaPiece[]): Piece[] {
  const located: Piece[] = [];
  let end = 0;
  let afterCode = false;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      located.push({ kind: 'text', quoted: afterCode && piece.startsWith('\\n') ? piece.slice(2) : piece });
      afterCode = false;
      continue;
    }
    const opening = source.indexOf('<%', end);
    OPENING.lastIndex = opening;
    const kind = KINDS[piece.t];
    if (opening === -1 || kind === undefined || !OPENING.test(source)) throw unreadable();
    const start = OPENING.lastIndex;
    CLOSING.lastIndex = start + piece.val.length;
    const closing = source.startsWith(piece.val, start) ? CLOSING.exec(source) : null;
    if (closing === null) throw unreadable();
    afterCode = kind === 'code' && closing[1] === undefined;
    located.push({ kind, code: piece.val, start });
    end = CLOSING.lastIndex;
  }
  return located;
}

/** What a text piece prints. */
export const textOf = ({ quoted }: TextPiece): string =>
  quoted.replace(/\\(.)/gs, (_escape, char: string) => (char === 'n' ? '\n' : char));

const unreadable = () => new TemplateFault('the tags cannot be told apart: write one thing in each tag');
