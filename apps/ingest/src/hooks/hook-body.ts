import { Problem, parseJson } from '@herald/http';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A verified body: its raw text, and the value that a mapping sees as `body`. */
export interface HookBody {
  readonly text: string;
  readonly value: unknown;
}

/**
 * Real forms have a few hundred fields at most. Building an object of a hundred thousand takes half a second.
 */
const MAX_FIELDS = 1_000;

const FORM = 'application/x-www-form-urlencoded';
/** Media types that may hold JSON. Many senders do not name the type, or name a wrong one. */
const MAYBE_JSON = /^(?:$|text\/(?:plain|json)$|application\/(?:octet-stream|(?:[a-z0-9.-]+\+)?json)$)/;

/**
 * Reads a body by its media type: JSON, or a form. A form whose only field is `payload` may hold JSON in it,
 * as GitHub and Slack send it. An empty body is an empty object. Throws a 400 for a body that is malformed or
 * has too many parts, a 415 for a type that cannot be read.
 */
export function readHookBody(body: Buffer, contentType: string | undefined): HookBody {
  const mediaType = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const text = decodeText(body);
  if (text === '') return { text, value: {} };
  if (mediaType === FORM) return { text, value: formValue(text) };
  if (MAYBE_JSON.test(mediaType)) return { text, value: parseJson(text) };
  throw new Problem(415, 'unsupported_media_type', 'A webhook is JSON or a form.');
}

function formValue(text: string): unknown {
  // Counted before it is parsed.
  if (text.split('&', MAX_FIELDS + 1).length > MAX_FIELDS) {
    const limit = MAX_FIELDS.toLocaleString('en-US');
    throw new Problem(400, 'malformed_body', `The form has more than ${limit} fields, which is the limit.`);
  }
  const fields = [...new URLSearchParams(text)];
  if (fields.some(([name]) => name === '__proto__'))
    throw new Problem(400, 'malformed_body', 'A field of the form has a name that is not allowed.');
  const [only] = fields;
  if (fields.length === 1 && only !== undefined && only[0] === 'payload' && /^\s*[{[]/.test(only[1]))
    return parseJson(only[1]);
  // The first of a repeated field counts: the sender's own fields come before any that somebody appended.
  return Object.fromEntries(fields.toReversed());
}

function decodeText(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new Problem(400, 'malformed_body', 'The body is not UTF-8.', { cause });
  }
}
