import { EVENT_TYPE, EVENT_TYPE_WORDS } from '@herald/domain';
import { type Fault, pointer } from '@herald/http';
import type { Static, TSchema } from 'typebox';
import type { Validator } from 'typebox/compile';

/** At most this many faults of one item are named; an answer must not grow with what a stranger sends. */
const FAULTS_PER_ITEM = 10;
const PATH_LENGTH = 200;

/** The faults of one item and their places, in the order found. */
export interface Faults {
  /** `path` is a JSON pointer inside the item. */
  add(path: string, message: string): void;
  /** The first of them. */
  readonly found: readonly Fault[];
  /** Their number. */
  readonly count: number;
}

export function collectFaults(): Faults {
  const found: Fault[] = [];
  let count = 0;
  return {
    found,
    get count() {
      return count;
    },
    add(path, message) {
      count += 1;
      if (found.length < FAULTS_PER_ITEM) found.push({ path: path.slice(0, PATH_LENGTH), message });
    },
  };
}

/** Adds the schema's findings; true if there are none. */
export function checkSchema<S extends TSchema>(
  validator: Validator<Record<never, never>, S>,
  value: unknown,
  faults: Faults,
  path = '',
): value is Static<S> {
  if (validator.Check(value)) return true;
  const before = faults.count;
  for (const error of validator.Errors(value)) {
    const at = `${path}${error.instancePath}`;
    switch (error.keyword) {
      case 'additionalProperties':
        continue; // its own `boolean` error names each of them
      case 'boolean':
        faults.add(at, 'unknown field');
        continue;
      case 'required':
        for (const name of error.params.requiredProperties) faults.add(pointer(at, name), 'is required');
        continue;
      case 'pattern':
        faults.add(at, error.params.pattern === EVENT_TYPE ? `must be ${EVENT_TYPE_WORDS}` : error.message);
        continue;
      default:
        faults.add(at, error.message);
    }
  }
  if (faults.count === before) faults.add(path, 'is not as it must be');
  return false;
}
