import { readText, type SourceText } from '@herald/domain';
import { inspect } from '../json/inspect.ts';
import { pointer } from '../problem/pointer.ts';
import { Problem } from '../problem/problem.ts';
import { placedIn } from './placed.ts';

/** Of RFC 9512, and those that were in use before it. */
export const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml'];
/** Characters, as many as a campaign may have. */
const MAX_TEXT = 256 * 1024;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a YAML document from outside as what JSON can say, within the limits of JSON bodies and of campaigns.
 * Throws a `Problem` (400) with line and column of each mistake.
 */
export function parseYaml(body: Uint8Array): SourceText {
  const text = decode(body);
  if (text.length > MAX_TEXT)
    throw malformed(`it is longer than ${MAX_TEXT.toLocaleString('en-US')} characters`);
  const source = readText(text);
  const { faults, value } = source;
  if (faults.length > 0) {
    const errors = faults.map(({ path, message, line, column }) => ({
      path,
      message,
      inside: { line, column },
    }));
    throw new Problem(400, 'malformed_yaml', 'The body is not one YAML document.', { errors });
  }
  if (value === undefined || value === null) throw malformed('it is empty');
  const found = inspect(value, 1, { seen: 0 }) ?? longNumber(value);
  if (found !== undefined) {
    const problem = new Problem(400, 'malformed_yaml', 'The body cannot be taken.', { errors: [found] });
    throw placedIn(source, problem);
  }
  return source;
}

const malformed = (what: string): Problem =>
  new Problem(400, 'malformed_yaml', `The body is not YAML that can be read: ${what}.`);

function decode(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch {
    throw malformed('it is not UTF-8');
  }
}

/** The library reads integers as doubles: digits beyond them would be lost without a word. */
function longNumber(value: unknown, path = ''): { path: string; message: string } | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    return { path, message: 'has more digits than are kept; write it in quotes, or send JSON' };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, part] of Object.entries(value)) {
    const found = longNumber(part, pointer(path, name));
    if (found !== undefined) return found;
  }
  return undefined;
}
