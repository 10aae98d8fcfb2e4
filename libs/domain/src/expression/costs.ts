import { EvaluationError } from './errors.ts';
import { type Meter, weigh, weighNames } from './meter.ts';
import { PARTS_OF_TIME } from './times.ts';

/** Intl takes up to 1 ms a call; a function that nobody has measured counts the same. */
const STEPS_OF_A_SLOW_CALL = 2_000;
/** Reading a date. */
const STEPS_OF_A_DATE = 100;
/** Characters. `duration()` of a long row of digits would take minutes. */
const MAX_DURATION = 100;
/** Characters compared in the time of one read: comparing memory is fast. */
const COMPARED_AT_ONCE = 8;

const lengthOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);

/** Searching may compare the whole wanted text at each place. */
const search = (args: readonly unknown[], meter: Meter, times = 1): void => {
  const [text, wanted] = args;
  meter.characters(lengthOf(text) * times * Math.max(1, Math.ceil(lengthOf(wanted) / COMPARED_AT_ONCE)));
};

const all = (args: readonly unknown[], meter: Meter): void => {
  for (const arg of args) weigh(arg, meter);
};

const names = (args: readonly unknown[], meter: Meter): void => {
  for (const arg of args) weighNames(arg, meter);
};

const dates: Cost = (args, meter) => {
  meter.steps(STEPS_OF_A_DATE);
  all(args, meter);
};

/** In a zone it goes through Intl; in UTC it costs next to nothing. */
const partOfTime: Cost = ([, zone], meter) => meter.steps(zone === undefined ? 1 : STEPS_OF_A_SLOW_CALL);

/** Functions that go through their arguments once. */
const PLAIN =
  'at base64 bool bytes double endsWith hasValue hex int json lowerAscii matches none of ' +
  'startsWith string substring trim uint upperAscii value';

type Cost = (args: readonly unknown[], meter: Meter) => void;

/** What each function counts before it runs. The receiver is the first argument. */
const CALLS: ReadonlyMap<string, Cost> = new Map<string, Cost>([
  ['type', names],
  ['dyn', names],
  [
    'size',
    ([value], meter) => {
      if (typeof value === 'string') meter.characters(value.length);
      else weighNames(value, meter);
    },
  ],
  [
    'duration',
    ([text], meter) => {
      if (lengthOf(text) > MAX_DURATION)
        throw new EvaluationError(`a duration of more than ${MAX_DURATION} characters`);
      meter.steps(1);
    },
  ],
  ['contains', search],
  ['indexOf', search],
  ['lastIndexOf', search],
  ['split', (args, meter) => search(args, meter, 2)],
  [
    'join',
    (args, meter) => {
      all(args, meter);
      const [list, separator] = args;
      if (Array.isArray(list)) meter.characters(list.length * lengthOf(separator));
    },
  ],
  ...'timestamp date'.split(' ').map((name): [string, Cost] => [name, dates]),
  ...PARTS_OF_TIME.map((name): [string, Cost] => [name, partOfTime]),
  ...PLAIN.split(' ').map((name): [string, Cost] => [name, all]),
]);

/** Counts the work of a function before it runs. */
export function countCall(name: string, args: readonly unknown[], meter: Meter): void {
  const cost = CALLS.get(name);
  if (cost !== undefined) return cost(args, meter);
  meter.steps(STEPS_OF_A_SLOW_CALL);
  all(args, meter);
}

/** Counts the work of an operator before it runs. */
export function countOperator(operator: string, left: unknown, right: unknown, meter: Meter): void {
  const isTextLeft = typeof left === 'string';
  const isTextRight = typeof right === 'string';
  if (isTextLeft && isTextRight) {
    const { length: a } = left;
    const { length: b } = right;
    return meter.characters(operator === '+' ? a + b : Math.min(a, b) / COMPARED_AT_ONCE);
  }
  if (operator === 'in' && Array.isArray(right)) {
    meter.steps(right.length);
    if (isTextLeft) meter.characters((right.length * left.length) / COMPARED_AT_ONCE);
    else if (typeof left === 'object' && left !== null) all([left, right], meter);
    return;
  }
  if (operator === '+' && Array.isArray(left) && Array.isArray(right))
    return meter.steps(left.length + right.length);
  if (isObject(left) && isObject(right)) all([left, right], meter);
  else names([left, right], meter);
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
