import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { emailAddress } from '@herald/addresses';
import { domainOf } from '../mail-domain.ts';

/** A key that signs the mail of a domain. */
export interface DkimKey {
  /** In ASCII, lower case: the `d=` of the signature. */
  readonly domain: string;
  /** Its `s=`: the public key stands in DNS at `<selector>._domainkey.<domain>`. */
  readonly selector: string;
  readonly privateKey: KeyObject;
}

/** Bits. RFC 8301, section 3.2: signers must use at least 1,024 and should use 2,048. */
const SMALLEST = 1_024;
const BEGIN = /^-----BEGIN [A-Z0-9 ]+-----$/;
const END = /^-----END [A-Z0-9 ]+-----$/;
const SELECTOR = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * The keys in a text: for each a line with its name in DNS (RFC 6376, section 3.6.2.1), then the private key
 * in PEM. Empty lines and lines that begin with # say nothing. `faults` gives the line of each mistake, and
 * nothing of a key.
 */
export function readDkimKeys(text: string): { readonly keys: DkimKey[]; readonly faults: string[] } {
  const keys: DkimKey[] = [];
  const faults: string[] = [];
  let name: { readonly line: number; readonly selector: string; readonly domain: string } | undefined;
  let pem: { readonly line: number; readonly lines: string[] } | undefined;
  const unused = (): void => {
    if (name !== undefined) faults.push(`line ${name.line}: no private key follows this name`);
  };
  // A variable of the environment can often hold no line break.
  for (const [index, raw] of text.replaceAll('\\n', '\n').split('\n').entries()) {
    const line = index + 1;
    const trimmed = raw.trim();
    if (pem !== undefined) {
      pem.lines.push(trimmed);
      if (!END.test(trimmed)) continue;
      const key = readKey(pem.lines.join('\n'));
      const named = name;
      if (typeof key === 'string') faults.push(`line ${pem.line}: ${key}`);
      else if (named === undefined) faults.push(`line ${pem.line}: ${NAMELESS}`);
      else if (keys.some((other) => isSame(other, named)))
        faults.push(`line ${named.line}: ${dnsNameOf(named)} has a key already`);
      else keys.push({ selector: named.selector, domain: named.domain, privateKey: key });
      name = undefined;
      pem = undefined;
    } else if (BEGIN.test(trimmed)) pem = { line, lines: [trimmed] };
    else if (trimmed !== '' && !trimmed.startsWith('#')) {
      const read = readName(trimmed);
      if (read !== undefined) unused();
      else faults.push(`line ${line}: ${name === undefined ? NO_NAME : NO_PEM}`);
      name = read && { ...read, line };
    }
  }
  if (pem === undefined) unused();
  else faults.push(`line ${pem.line}: this private key has no END line`);
  return { keys, faults };
}

/** Where the public key of a signature stands in DNS. */
export const dnsNameOf = ({ selector, domain }: Pick<DkimKey, 'selector' | 'domain'>): string =>
  `${selector}._domainkey.${domain}`;

/** The record to publish there (RFC 6376, section 3.6.1). */
export const dnsRecordOf = ({ privateKey }: Pick<DkimKey, 'privateKey'>): string => {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`;
};

const EXAMPLE = '2026a._domainkey.example.com';
const NAMELESS = `this key has no name; write a line such as ${EXAMPLE} before it`;
const NO_PEM = 'expected a private key in PEM, which begins with -----BEGIN PRIVATE KEY-----';
const NO_NAME = `expected the key’s name in DNS, <selector>._domainkey.<domain>, such as ${EXAMPLE}`;

function readName(text: string): Pick<DkimKey, 'selector' | 'domain'> | undefined {
  const [selector = '', written, ...rest] = text.toLowerCase().replace(/\.$/, '').split('._domainkey.');
  const address = emailAddress(`postmaster@${written}`);
  if (written === undefined || rest.length > 0 || address === undefined) return undefined;
  if (!SELECTOR.test(selector)) return undefined;
  return { selector, domain: domainOf(address) };
}

/** The key; a text says what is wrong with it. */
function readKey(pem: string): KeyObject | string {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return 'this is no private key in PEM without a passphrase';
  }
  if (key.asymmetricKeyType !== 'rsa')
    return `this is a key for ${key.asymmetricKeyType}; Herald signs with RSA`;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < SMALLEST ? `this key has ${bits} bits; RSA keys need ${SMALLEST}, and should have 2048` : key;
}

const isSame = (key: DkimKey, name: Pick<DkimKey, 'selector' | 'domain'>): boolean =>
  key.selector === name.selector && key.domain === name.domain;
