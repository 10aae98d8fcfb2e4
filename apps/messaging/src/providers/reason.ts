/** Shorter names are too likely to be words of the answer itself. */
const MIN_LOCAL = 3;

/**
 * A reason in which `instead` stands for the recipient's address: some servers repeat only what is before the
 * `@`, or a number without its `+`.
 */
export function withoutAddress(reason: string, to: string, instead: string): string {
  const local = to.slice(0, Math.max(0, to.lastIndexOf('@')));
  const digits = /^\+?\d{5,}$/.test(to) ? to.replace('+', '') : '';
  const parts = [to, local.length < MIN_LOCAL ? '' : local, digits].filter((part) => part !== '');
  return parts.reduce((text, part) => {
    const whole = `(?<![\\p{L}\\p{N}_])${escaped(part)}(?![\\p{L}\\p{N}_])`;
    return text.replace(new RegExp(whole, 'giu'), instead);
  }, reason);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** A reason without the names and addresses of the installation's own servers: workspaces see it. */
export const withoutServers = (reason: string): string =>
  reason
    .replace(/\b(connect|getaddrinfo|query[A-Za-z]+|lookup) (E[A-Z_]+) \S+/g, '$1 $2')
    .replace(/does not match certificate's altnames.*/i, "does not match the certificate's names")
    .replace(/\[[\da-f:.]{3,45}\](?::\d{1,5})?/gi, '(server)')
    .replace(/(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?![\w.]*\d)/g, '(server)');

const STATUS_FIRST = /^(\d{3}(?:, \d{5})?)\b/;
const RECEIVER = /^the receiver (?:answered|cannot be reached:) (\d{3}|[A-Z][A-Z0-9_]{2,50})\b/;
/** A reply of a mail server within what the client says of it. */
const SMTP_REPLY = /(?:^|[:=] )([45]\d\d)(?:[ -]([45]\.\d{1,3}\.\d{1,3}))?(?=[ -]|$)/;
const SYSTEM = /\b(?:connect|getaddrinfo|query[A-Za-z]+|read|write) (E[A-Z_]{2,30})\b/;
const FIRST = /^(?:E[A-Z]{2,30}|[A-Z]{2,30}(?:_[A-Z]{1,30}){1,6})(?=:|$)/;

/**
 * The code in a provider's reason: `451 4.3.0`, `401`, `400, 21211`, `ECONNREFUSED`. It holds none of the
 * answer's words, so that everybody may see it. Undefined where there is none.
 */
export function codeOf(reason: string): string | undefined {
  const status = STATUS_FIRST.exec(reason) ?? RECEIVER.exec(reason);
  if (status !== null) {
    const enhanced = SMTP_REPLY.exec(reason);
    return enhanced?.index === 0 && enhanced[2] ? `${enhanced[1]} ${enhanced[2]}` : status[1];
  }
  const [, reply, enhanced] = SMTP_REPLY.exec(reason) ?? [];
  if (reply !== undefined) return enhanced === undefined ? reply : `${reply} ${enhanced}`;
  return SYSTEM.exec(reason)?.[1] ?? FIRST.exec(reason)?.[0];
}
