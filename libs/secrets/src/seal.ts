import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretDocument } from '@herald/contracts';
import type { EncryptionKeys } from './encryption-keys.ts';

export type Sealed = Pick<SecretDocument, 'keyId' | 'sealed'>;

/** Which secret it is. A sealed text opens for this one alone. */
type Place = Pick<SecretDocument, 'workspace' | 'id'>;

const ALGORITHM = 'aes-256-gcm';
/** bytes. NIST SP 800-38D: 96 random bits for up to 2^32 texts of a key, and the longest tag. */
const NONCE = 12;
const TAG = 16;

/** Seals a secret with the first key. The same secret gives another text each time. */
export function seal(keys: EncryptionKeys, place: Place, secret: string, random = randomBytes): Sealed {
  const { id: keyId, bytes } = keys.first;
  const nonce = random(NONCE);
  const cipher = createCipheriv(ALGORITHM, bytes, nonce, { authTagLength: TAG });
  cipher.setAAD(bindingOf(place, keyId));
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return { keyId, sealed: Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64url') };
}

/**
 * The secret. Throws if its key is not there any more, and for a text that was changed, or sealed for another
 * workspace or name.
 */
export function openSealed(keys: EncryptionKeys, place: Place, { keyId, sealed }: Sealed): string {
  const key = keys.find(keyId);
  if (key === undefined) throw new Error(`its key ${keyId} is not in encryption-key`);
  const all = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv(ALGORITHM, key.bytes, all.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(bindingOf(place, keyId));
  decipher.setAuthTag(all.subarray(-TAG));
  return decipher.update(all.subarray(NONCE, -TAG), undefined, 'utf8') + decipher.final('utf8');
}

/** Authenticated with the text, so that one workspace's cannot be put in the place of another's. */
const bindingOf = ({ workspace, id }: Place, keyId: string): Buffer =>
  Buffer.from(JSON.stringify(['herald secret', 1, keyId, workspace, id]));
