import { createHash } from 'node:crypto';

/** The installation's keys that seal secrets: the first seals, all of them open. */
export interface EncryptionKeys {
  readonly first: EncryptionKey;
  find(id: string): EncryptionKey | undefined;
}

interface EncryptionKey {
  /** Follows from the key and reveals nothing of it. Stands beside what the key has sealed. */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Buffer;
}

const BYTES = 32;
/** 32 bytes in base64 or base64url, with or without padding. */
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

/**
 * The keys in the text of the file `encryption-key`: 32 bytes in base64 each, one per line. Throws an error
 * that shows nothing of them.
 */
export function readEncryptionKeys(text: string): EncryptionKeys {
  const lines = text.split(/\s+/).filter((line) => line !== '');
  const keys = lines.map(keyOf);
  const [first] = keys;
  if (first === undefined) throw new Error(`encryption-key is empty: ${EXPECTED}`);
  return { first, find: (id) => keys.find((key) => key.id === id) };
}

const EXPECTED = 'it must have 32 random bytes in base64 (openssl rand -base64 32), one key per line';

function keyOf(line: string, index: number): EncryptionKey {
  const bytes = BASE64.test(line) ? Buffer.from(line, 'base64') : Buffer.alloc(0);
  if (bytes.length !== BYTES) throw new Error(`line ${index + 1} of encryption-key is no key: ${EXPECTED}`);
  const id = createHash('sha256').update('herald encryption key').update(bytes).digest('base64url');
  return { id: id.slice(0, 11), bytes };
}
