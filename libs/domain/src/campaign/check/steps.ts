import { Compile } from 'typebox/compile';
import { isObject } from '../../json.ts';
import { listed, type Path, quoted } from '../../text/source-text.ts';
import { stepId } from '../fields.ts';
import { STEP_KINDS } from '../steps/index.ts';
import type { AnyStepKind } from '../steps/kind.ts';
import type { Checker } from './checks.ts';

const MAX_STEPS = 500;
const MAX_NESTING = 10;
const LATER_KINDS = ['split', 'repeat'];

const idShape = Compile(stepId);
const kinds = new Map<string, AnyStepKind>(Object.entries(STEP_KINDS));
const names = [...kinds.keys()];

/** Checks lists of steps, and remembers where each id stands. */
export function createStepsCheck(checker: Checker) {
  const { fault, matches } = checker;
  const places = new Map<string, Path>();
  let count = 0;

  const list = (value: unknown, path: Path, nesting: number): void => {
    if (!Array.isArray(value)) return fault(path, 'must be a list of steps');
    if (nesting > MAX_NESTING) return fault(path, `steps are nested deeper than ${MAX_NESTING}`);
    for (const [index, step] of value.entries()) one(step, [...path, index], nesting);
  };

  const one = (step: unknown, path: Path, nesting: number): void => {
    count += 1;
    if (count === MAX_STEPS + 1) fault(path, `more than ${MAX_STEPS} steps`);
    if (count > MAX_STEPS) return;
    if (!isObject(step)) return fault(path, 'must be a step: an id and one of the things a step does');
    checkId(step.id, path);
    const kind = kindIn(step, path);
    kind?.check(step, path, { ...checker, steps: (value, at) => list(value, at, nesting + 1) });
  };

  const checkId = (id: unknown, path: Path): void => {
    if (!matches(idShape, id, [...path, 'id'])) return;
    const first = places.get(id);
    if (first !== undefined) fault([...path, 'id'], `step id "${id}" is already used at ${first.join('/')}`);
    places.set(id, path);
  };

  /** The one thing that a step does. */
  const kindIn = (step: Record<string, unknown>, path: Path): AnyStepKind | undefined => {
    const beside = Object.keys(step).flatMap((field) => Object.keys(kinds.get(field)?.beside ?? {}));
    const [name, ...more] = Object.keys(step).filter((field) => field !== 'id' && !beside.includes(field));
    if (name === undefined) {
      fault(path, `says nothing to do; one of ${names.join(', ')} is needed`);
      return undefined;
    }
    const kind = kinds.get(name);
    if (kind === undefined) {
      const later = LATER_KINDS.includes(name) ? ' (not available in this version)' : '';
      fault([...path, name], `unknown step "${quoted(name)}"${later}; known: ${names.join(', ')}`);
    } else if (more.length > 0) {
      const all = listed([name, ...more], ' and ');
      fault([...path, more[0] ?? ''], `a step does one thing; this one has ${all}`);
    }
    return kind;
  };

  return {
    steps: (value: unknown, path: Path): void => list(value, path, 0),
    /** Past the limit of steps not all ids are known: then any may be one. */
    isStep: (id: string): boolean => places.has(id) || count > MAX_STEPS,
  };
}
