/** What one decision, or one webhook, may spend on its expressions: about 15 ms, on a busy machine 50. */
const BUDGET = { steps: 50_000, characters: 500_000 } as const;

/** An error is costly, also one that the expression swallows: the library draws the source in it. */
const STEPS_OF_AN_ERROR = 250;
/** Listing the names of a large map costs more than going through a list. */
const STEPS_OF_A_NAME = 2;

/** Thrown inside an evaluation whose budget is used up. */
export class BudgetError extends Error {
  readonly code = 'budget';
}

/** Counts the work of expressions while they run, and stops them at their budget. */
export interface Meter {
  /** Set, and never unset, once a limit is passed. */
  readonly exceeded: BudgetError | undefined;
  /** A node evaluated, an element gone through, an instruction of a pattern tried. Throws `BudgetError`. */
  steps(count: number): void;
  /** Characters read or written. Throws `BudgetError`. */
  characters(count: number): void;
  /** An error was thrown; it counts once, however far it travels. */
  failed(error: unknown): void;
}

/** A meter at zero. Expressions that run with the same meter share its budget. */
export function createMeter(budget: { readonly steps: number; readonly characters: number } = BUDGET): Meter {
  let { steps, characters } = budget;
  let exceeded: BudgetError | undefined;
  let last: unknown;

  const exceed = (what: string, limit: number): never => {
    exceeded ??= new BudgetError(`takes more than ${limit.toLocaleString('en-US')} ${what}`);
    throw exceeded;
  };

  const meter: Meter = {
    get exceeded() {
      return exceeded;
    },
    steps(count) {
      steps -= count;
      if (steps < 0 || exceeded !== undefined) exceed('steps', budget.steps);
    },
    characters(count) {
      characters -= count;
      if (characters < 0 || exceeded !== undefined) exceed('characters', budget.characters);
    },
    failed(error) {
      if (error === last || error === exceeded) return;
      last = error;
      meter.steps(STEPS_OF_AN_ERROR);
    },
  };
  return meter;
}

/** Counts a whole value: a step for each element and entry, and the characters of its texts and names. */
export function weigh(value: unknown, meter: Meter): void {
  if (typeof value === 'string') meter.characters(value.length);
  else if (value instanceof Uint8Array) meter.characters(value.length);
  else if (Array.isArray(value)) {
    meter.steps(value.length);
    for (const part of value) weigh(part, meter);
  } else if (value instanceof Map) {
    meter.steps(value.size);
    for (const part of value.values()) weigh(part, meter);
  } else if (isPlain(value)) {
    const names = Object.keys(value);
    meter.steps(names.length * STEPS_OF_A_NAME);
    for (const name of names) {
      meter.characters(name.length);
      weigh(value[name], meter);
    }
  }
}

/** Counts the names of a map, which a look at its type goes through; lists and texts cost nothing. */
export function weighNames(value: unknown, meter: Meter): void {
  if (isPlain(value)) meter.steps(Object.keys(value).length * STEPS_OF_A_NAME);
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
