/** A local part without quotes, and a domain of at least two labels. No white space, control or header character can pass. */
const ADDRESS =
  /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;
const MAX_ADDRESS = 254;
const MAX_LOCAL = 64;

/** One mail address as it may be written into an envelope, or undefined: no list, no name, no comment, nothing quoted. */
export function emailAddress(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_ADDRESS) return undefined;
  const address = value.trim();
  return ADDRESS.test(address) && address.indexOf('@') <= MAX_LOCAL ? address : undefined;
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Whether a text may become a header: nothing in it could end the header and begin another. */
export const isHeaderSafe = (text: string): boolean => !CONTROL.test(text) && text.isWellFormed();

export interface Mailbox {
  readonly email: string;
  readonly name?: string;
}

/** `Name <address>` or an address alone, or undefined. */
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
