/**
 * Letters, digits and punctuation of any script; no control, format or unassigned characters, no line breaks,
 * no half surrogate pairs.
 */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;
/** Ids are parts of URLs, where clients and proxies resolve `.` and `..`. */
const ONLY_DOTS_AND_SLASHES = /^[./]+$/;
export const MAX_ID_LENGTH = 200;

/** What is wrong with an id of an event, a prospect or a company; undefined if nothing. */
export function idFault(id: string): string | undefined {
  if (id.length === 0) return 'must not be empty';
  if (id.length > MAX_ID_LENGTH) return `must not be longer than ${MAX_ID_LENGTH} characters`;
  if (!PRINTABLE.test(id)) return 'must be of printable characters';
  if (id.trim() !== id) return 'must not begin or end with a space';
  if (ONLY_DOTS_AND_SLASHES.test(id)) return 'must not be only dots and slashes';
  return undefined;
}
