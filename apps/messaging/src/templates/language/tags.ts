import { TemplateFault } from './fault.ts';

/** One piece of a template as Eta reads it. */
export type Piece = TextPiece | TagPiece;

export interface TextPiece {
  readonly kind: 'text';
  /** Trimmed, and escaped for a JavaScript string in single quotes. */
  readonly quoted: string;
}

export interface TagPiece {
  readonly kind: 'output' | 'raw' | 'code';
  readonly code: string;
  /** The offset of the code in the template. */
  readonly start: number;
  /** The text between the tag before and this one, untrimmed. */
  readonly before: string;
}

/** What `eta.parse` gives: text, already escaped for a JavaScript string in single quotes, and tags. */
export type EtaPiece = string | { readonly t: string; readonly val: string };

const KINDS: Readonly<Record<string, TagPiece['kind']>> = { i: 'output', r: 'raw', e: 'code' };
const OPENING = /<%(-|_)?\s*(=|~)?\s*/y;
const CLOSING = /\s*(-|_)?%>/y;

/** Eta's pieces with their places, which Eta does not tell: each tag is found again in the template and must be there letter for letter. */
export function locate(source: string, pieces: readonly EtaPiece[]): Piece[] {
  const located: Piece[] = [];
  let end = 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      located.push({ kind: 'text', quoted: piece });
      continue;
    }
    const opening = source.indexOf('<%', end);
    OPENING.lastIndex = opening;
    const kind = KINDS[piece.t];
    if (opening === -1 || kind === undefined || !OPENING.test(source)) throw unreadable();
    const start = OPENING.lastIndex;
    CLOSING.lastIndex = start + piece.val.length;
    if (!source.startsWith(piece.val, start) || !CLOSING.test(source)) throw unreadable();
    located.push({ kind, code: piece.val, start, before: source.slice(end, opening) });
    end = CLOSING.lastIndex;
  }
  return located;
}

const unreadable = () => new TemplateFault('the tags cannot be told apart: write one thing in each tag');
