import { createHash } from 'node:crypto';
import type { Scalar } from './documents.ts';

/**
 * The caller's fault: this cursor did not come from an earlier page of the same query. The message never
 * repeats the cursor.
 */
export class InvalidCursorError extends Error {
  readonly code = 'invalid_cursor';

  constructor() {
    super('The cursor is not one of this query');
    this.name = 'InvalidCursorError';
  }
}

/** By code, so that it holds across copies of this module. */
export const isInvalidCursor = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'invalid_cursor';

/** Ties a cursor to its query: one brought to another query, index or workspace is refused. Not a secret. */
const fingerprint = (query: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 12);

const isScalar = (value: unknown): value is Scalar =>
  value === null || typeof value === 'string' || typeof value === 'number';

/** A cursor for the page of `query` that follows `position`: the sort key of the last item seen. */
export function encodeCursor(query: readonly unknown[], position: readonly Scalar[]): string {
  return Buffer.from(JSON.stringify([fingerprint(query), ...position])).toString('base64url');
}

/**
 * The position in a cursor of `query`, `length` values long. Throws `InvalidCursorError` for whatever else it
 * is given.
 */
export function decodeCursor(query: readonly unknown[], cursor: string, length: number): Scalar[] {
  const [print, ...position] = parse(cursor);
  if (print !== fingerprint(query) || position.length !== length || !position.every(isScalar)) {
    throw new InvalidCursorError();
  }
  return position;
}

function parse(cursor: string): unknown[] {
  const bytes = Buffer.from(cursor, 'base64url');
  // Node skips what is not base64url; a cursor has one spelling only.
  if (bytes.toString('base64url') !== cursor) throw new InvalidCursorError();
  try {
    const value: unknown = JSON.parse(bytes.toString());
    if (Array.isArray(value)) return value;
  } catch {
    // Not JSON: refused below.
  }
  throw new InvalidCursorError();
}
