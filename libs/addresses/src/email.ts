/** A usable e-mail address, or why a text is not one. */
export type ReadEmail =
  | {
      /** The form for envelopes and comparisons: the domain in ASCII. */
      readonly address: string;
      /** As it was written, without surrounding white space and invisible characters. */
      readonly written: string;
    }
  | { readonly fault: string };

/** Octets, by RFC 5321. */
const MAX_LOCAL = 64;
const MAX_ADDRESS = 254;
/** Characters that are checked; no address has more. */
const MAX_WRITTEN = 320;

/** Not the marks that reverse the order of what follows: nobody copies those by mistake. */
const AROUND = /^(?:\s|(?![\u202d\u202e])\p{Cf})+|(?:\s|(?![\u202d\u202e])\p{Cf})+$/gu;
/** A dot-atom, with the letters of any language (RFC 6531). */
const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
/** In ASCII, the characters of host names; otherwise whatever IDNA maps to them. */
const DOMAIN = /^(?:[A-Za-z0-9.-]|[^\p{ASCII}\p{C}\p{Z}])+$/u;
const ASCII_DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The only check of e-mail addresses, for events, settings, tests and messages alike. Accepts one address: no
 * name, list, comment or `mailto:`; a local part of up to 64 octets without quotes; a domain of at least two
 * labels that IDNA can write in ASCII.
 */
export function readEmail(value: unknown): ReadEmail {
  if (typeof value !== 'string') return { fault: 'must be one e-mail address, as text' };
  if (value.length > MAX_WRITTEN)
    return { fault: `must be one e-mail address of up to ${MAX_ADDRESS} characters` };
  const written = value.replace(AROUND, '').normalize('NFC');
  const fault = faultOf(written);
  if (fault !== undefined) return { fault: `must be one plain e-mail address: ${fault}` };
  const at = written.lastIndexOf('@');
  const address = `${written.slice(0, at)}@${asciiDomain(written.slice(at + 1))}`;
  if (octets(address) > MAX_ADDRESS)
    return { fault: `must be one plain e-mail address: it is longer than ${MAX_ADDRESS} octets` };
  return { address, written };
}

/** The address for an envelope; undefined if the text is not one. */
export function emailAddress(value: unknown): string | undefined {
  const read = readEmail(value);
  return 'address' in read ? read.address : undefined;
}

function faultOf(text: string): string | undefined {
  if (text === '') return 'it is empty';
  if (/^mailto:/i.test(text)) return 'write it without mailto:';
  if (/[<>]/.test(text)) return 'write it without a name and without < and >';
  if (/[\s\p{C}]/u.test(text)) return 'it has a space, or an invisible character';
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const domain = text.slice(at + 1);
  if (at < 0) return 'it has no @';
  if (local === '') return 'there is nothing before the @';
  if (local.includes('"')) return 'an address in quotes is not supported';
  if (/[@,;]/.test(local)) return 'it is more than one address';
  if (/^\.|\.$|\.\./.test(local)) return 'before the @ it begins or ends with a dot, or has two in a row';
  if (!LOCAL.test(local)) return 'before the @ it has a character that no address has';
  if (octets(local) > MAX_LOCAL) return `before the @ it is longer than ${MAX_LOCAL} octets`;
  if (domain === '') return 'there is nothing after the @';
  if (domain.startsWith('[')) return 'an IP address instead of a domain is not supported';
  if (!domain.includes('.') && !/[。．｡]/.test(domain)) return 'its domain has no dot';
  if (asciiDomain(domain) === undefined) return 'its domain is not valid';
  return undefined;
}

/** The domain as DNS has it; undefined if it is not valid. */
function asciiDomain(domain: string): string | undefined {
  if (!DOMAIN.test(domain) || /^\.|\.$|\.\./.test(domain)) return undefined;
  const ascii = isAscii(domain) && !/xn--/i.test(domain) ? domain : idna(domain);
  if (ascii === undefined || ascii.length > 253 || !ASCII_DOMAIN.test(ascii.toLowerCase())) return undefined;
  // A last label of digits means an IP address, not a domain.
  return /\.\d+$/.test(ascii) ? undefined : ascii;
}

/** A URL's host is converted to ASCII by IDNA. */
const idna = (domain: string): string | undefined => URL.parse(`http://${domain}`)?.hostname;

const isAscii = (text: string): boolean => /^\p{ASCII}*$/u.test(text);
const octets = (text: string): number => new TextEncoder().encode(text).length;

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Whether a text is safe in a header: nothing in it can end the header and begin another. */
export const isHeaderSafe = (text: string): boolean => !CONTROL.test(text) && text.isWellFormed();

export interface Mailbox {
  readonly email: string;
  readonly name?: string;
}

/** Reads `Name <address>` or an address alone; undefined for anything else. */
export function parseMailbox(text: string): Mailbox | undefined {
  const whole = text.trim();
  const open = whole.endsWith('>') ? whole.lastIndexOf('<') : -1;
  const email = emailAddress(open === -1 ? whole : whole.slice(open + 1, -1));
  const name = open === -1 ? '' : unquoted(whole.slice(0, open).trim());
  if (email === undefined || !isHeaderSafe(name) || /["<>]/.test(name)) return undefined;
  return name === '' ? { email } : { email, name };
}

const unquoted = (name: string): string =>
  name.length > 1 && name.startsWith('"') && name.endsWith('"') ? name.slice(1, -1) : name;
