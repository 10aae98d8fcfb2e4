import { readJson } from '@herald/domain';
import { Problem } from '../problem/problem.ts';
import { type Found, inspect } from './inspect.ts';
import { MAX_JSON_NAMES } from './limits.ts';
import { locateFault } from './locate-fault.ts';
import { measure } from './measure.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads JSON from outside. Refuses: bytes that are not UTF-8, a byte order mark, a name twice in an object, a
 * name that reaches into prototypes, half a surrogate pair, a number beyond double precision's range or whose
 * digits would be lost (integers keep up to 40), more than 32 levels, more than 10,000 names in an object.
 * Throws a `Problem` (400) that says where.
 */
export function parseJson(body: Uint8Array | string): unknown {
  const text = typeof body === 'string' ? body : decode(body);
  if (text.charCodeAt(0) === 0xfeff) throw malformed('it starts with a byte order mark');
  if (text.trim() === '') throw malformed('it is empty');
  const size = measure(text);
  if (size.most > MAX_JSON_NAMES) {
    const limit = MAX_JSON_NAMES.toLocaleString('en-US');
    throw cannotBeTaken(
      `an object in it has ${size.most.toLocaleString('en-US')} names, the limit is ${limit}`,
    );
  }
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
    throw cannotBeTaken(`${fault.path || 'it'} ${fault.message}`, fault);
  }
  // `JSON.parse` keeps the last of two equal names. Readers differ in which one counts, so neither is
  // accepted.
  if (size.names !== names.seen) throw malformed(locateFault(text) ?? 'a name stands twice in an object');
  return value;
}

const malformed = (what: string): Problem =>
  new Problem(400, 'malformed_json', `The body is not JSON: ${what}.`);

const cannotBeTaken = (what: string, fault: Found = { path: '', message: what }): Problem =>
  new Problem(400, 'malformed_json', `The body cannot be taken: ${what}.`, { errors: [fault] });

function decode(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch {
    throw malformed('it is not UTF-8');
  }
}
