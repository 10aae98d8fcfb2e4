/** Replaces a value that was removed. */
const REDACTED = '[redacted]';

/**
 * Names of fields whose value is secret, personal, or content that somebody sent. Case, `_` and `-` do not
 * count.
 */
const HIDDEN = new Set([
  ...['authorization', 'cookie', 'setcookie', 'signature', 'credentials', 'connectionstring'],
  ...[
    'email',
    'phone',
    'to',
    'cc',
    'bcc',
    'recipient',
    'recipients',
    'address',
    'firstname',
    'lastname',
    'fullname',
  ],
  ...[
    'ip',
    'remoteaddress',
    'useragent',
    'traits',
    'data',
    'raw',
    'body',
    'payload',
    'html',
    'text',
    'subject',
  ],
  ...['query', 'querystring', 'headers', 'params'],
]);
const HIDDEN_ENDING = /(?:secret|token|password|passwd|passphrase|apikey|privatekey|accesskey)s?$/;

const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const MAX_TEXT = 4_000;

/**
 * A copy for the log. Fields with a name such as `password` are replaced at any depth. Mail addresses, bearer
 * tokens and the user part of URLs are removed from every text. What is too deep, too long or too many is
 * cut. Never throws.
 */
function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (value instanceof Map || value instanceof Set) return redact([...value].slice(0, MAX_ITEMS), depth + 1);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
  return redactFields(value, depth);
}

/** The fields of an object, redacted one by one. */
export function redactFields(value: object, depth = 0): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  try {
    for (const [name, field] of Object.entries(value).slice(0, MAX_ITEMS)) {
      const hide = isHidden(name) && field !== undefined && field !== null;
      fields[name] = hide ? REDACTED : redact(field, depth + 1);
    }
  } catch {
    // A getter that throws must not break the caller's logging.
    fields.unreadable = true;
  }
  return fields;
}

/** Names repeat, so results are cached. Names can also come from data, so the cache is bounded. */
const decided = new Map<string, boolean>();
const MAX_DECIDED = 2_000;

function isHidden(name: string): boolean {
  const known = decided.get(name);
  if (known !== undefined) return known;
  const plain = name.toLowerCase().replaceAll(/[-_]/g, '');
  const hidden = HIDDEN.has(plain) || HIDDEN_ENDING.test(plain);
  if (decided.size >= MAX_DECIDED) decided.clear();
  decided.set(name, hidden);
  return hidden;
}

/**
 * Bounded repetition only, so that hostile text costs no more than its length. The domain must end in
 * letters: `fastify@5.12.8` is not an address.
 */
const MAIL = /[^\s@<>"'(),:;=/…]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu;
const USER_IN_URL = /:\/\/[^\s/@]{1,512}@/g;
const BEARER = /\b(bearer|basic)\s{1,4}[\w.~+/=-]{8,}/gi;

const PHONE = /\+\d[\d ().-]{6,18}\d/g;
/** Longer than any pattern matches, so that a cut never leaves half of something that should be removed. */
const OVERLAP = 512;

/** Removes secrets and personal data from a text that others wrote, such as a driver's error message. */
export function scrub(text: string): string {
  // Most texts are a word or two: a cheap test for what all patterns need saves running them.
  let safe = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT + OVERLAP) : text;
  if (safe.includes(' ')) safe = safe.replace(BEARER, `$1 ${REDACTED}`);
  if (safe.includes('@')) safe = safe.replace(USER_IN_URL, '://…@').replace(MAIL, '[address]');
  if (safe.includes('+')) safe = safe.replace(PHONE, '[number]');
  return safe.length > MAX_TEXT ? `${safe.slice(0, MAX_TEXT)}…` : safe;
}

/**
 * An error as its name, message, stack, code and causes. Other fields are left out: drivers attach whole
 * documents, commands and mail envelopes to their errors.
 */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const { code, status } = error as { code?: unknown; status?: unknown };
  return {
    type: error.name,
    message: scrub(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    stack: scrub(error.stack ?? ''),
    ...(error.cause !== undefined && depth < MAX_DEPTH ? { cause: redact(error.cause, depth + 1) } : {}),
    ...(error instanceof AggregateError && depth < MAX_DEPTH
      ? { errors: error.errors.slice(0, 10).map((each) => redact(each, depth + 1)) }
      : {}),
  };
}
