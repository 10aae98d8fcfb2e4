import { readJson, UnfitNumber } from '@herald/domain';
import { Problem } from '../problem/problem.ts';
import { MAX_JSON_DEPTH } from './limits.ts';
import { locateFault } from './locate-fault.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * JSON from outside, checked for all that would bite later: UTF-8 throughout, no byte order mark, no name
 * twice in an object, no name that reaches into prototypes, no half surrogate pairs, no number beyond double
 * precision's range or with digits that are lost in it (integers keep up to 40), no nesting past 32. Throws a `Problem` (400) that says where.
 */
export function parseJson(body: Uint8Array | string): unknown {
  const text = typeof body === 'string' ? body : decode(body);
  if (text.charCodeAt(0) === 0xfeff) throw malformed('it starts with a byte order mark');
  if (text.trim() === '') throw malformed('it is empty');
  let value: unknown;
  try {
    value = readJson(text, { strict: true });
  } catch {
    // The engine's message quotes the body and often has no position.
    throw malformed(locateFault(text) ?? 'it is cut off or not JSON');
  }
  const names = { seen: 0 };
  const fault = inspect(value, 1, names);
  if (fault !== undefined) {
    throw new Problem(
      400,
      'malformed_json',
      `The body cannot be taken: ${fault.path || 'it'} ${fault.message}.`,
      {
        errors: [fault],
      },
    );
  }
  // `JSON.parse` keeps the last of two equal names. Which one counts differs between readers, so neither may.
  if (countNames(text) !== names.seen)
    throw malformed(locateFault(text) ?? 'a name stands twice in an object');
  return value;
}

const malformed = (what: string): Problem =>
  new Problem(400, 'malformed_json', `The body is not JSON: ${what}.`);

function decode(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch {
    throw malformed('it is not UTF-8');
  }
}

interface Found {
  path: string;
  readonly message: string;
}

function inspect(value: unknown, depth: number, names: { seen: number }): Found | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : halfPair();
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : { path: '', message: 'is a number too large' };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof UnfitNumber) return { path: '', message: value.reason };
  if (depth > MAX_JSON_DEPTH) return { path: '', message: `is nested deeper than ${MAX_JSON_DEPTH} levels` };
  for (const [name, part] of Object.entries(value)) {
    if (!Array.isArray(value)) names.seen += 1;
    const found =
      (Array.isArray(value) ? undefined : inspectName(name, part)) ?? inspect(part, depth + 1, names);
    if (found === undefined) continue;
    found.path = `/${name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}${found.path}`;
    return found;
  }
  return undefined;
}

function inspectName(name: string, value: unknown): Found | undefined {
  if (!name.isWellFormed()) return halfPair();
  const reaches =
    name === '__proto__' || (name === 'constructor' && Object.hasOwn(Object(value), 'prototype'));
  return reaches ? { path: '', message: 'is a name that is not allowed' } : undefined;
}

const halfPair = (): Found => ({ path: '', message: 'holds half of a surrogate pair' });

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** In valid JSON each colon outside a text follows a name. */
function countNames(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === COLON) count += 1;
    else if (char === QUOTE) at = closingQuote(text, at);
  }
  return count;
}

function closingQuote(text: string, opening: number): number {
  for (let at = opening + 1; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) return at;
    if (char === BACKSLASH) at += 1;
  }
  return text.length;
}
