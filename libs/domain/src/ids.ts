import { createHash, randomUUID } from 'node:crypto';

/**
 * An id that depends on nothing but its parts: 22 characters of base64url (132 bits of SHA-256). Parts are
 * joined by their lengths, so ("ab", "c") and ("a", "bc") differ.
 */
export function deriveId(...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const text = String(part);
    hash.update(`${text.length}:${text};`);
  }
  return hash.digest('base64url').slice(0, 22);
}

/** A fresh random id. */
export const randomId = (): string => randomUUID();
