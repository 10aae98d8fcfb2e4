import {
  EvaluationError as CelEvaluationError,
  type Context,
  Environment,
  type ParseError,
} from '@marcbachmann/cel-js';
import { calculate } from './exact-arithmetic.ts';
import { EvaluationError, ExpressionError } from './expression/errors.ts';
import { BudgetError, createMeter, isPlain, type Meter } from './expression/meter.ts';
import { meterNodes } from './expression/metered.ts';
import { asNode, childrenOf, methodOf, type Node } from './expression/nodes.ts';
import { patternFault } from './expression/patterns.ts';
import { constantFault, TIMESTAMPS, withTimeHint } from './expression/times.ts';
import type { JsonValue } from './json.ts';

export { EvaluationError, ExpressionError } from './expression/errors.ts';

/**
 * A checked expression, ready to run any number of times. Both ways of running it throw `EvaluationError`.
 */
export interface CompiledExpression {
  readonly source: string;
  /**
   * Its value as JSON: integers as numbers (beyond 2⁵³ as `bigint`), timestamps as ISO 8601 text. What it may
   * take is `BUDGET`, or what is left of the meter that it shares with others.
   */
  value(context: Record<string, unknown>, meter?: Meter): JsonValue;
  /** Its truth; anything but true or false is an error. */
  test(context: Record<string, unknown>, meter?: Meter): boolean;
}

/** Longer texts are refused: nobody writes a condition of this size by hand. */
const MAX_LENGTH = 2_000;
const LIMITS = {
  maxAstNodes: 400,
  maxDepth: 40,
  maxListElements: 200,
  maxMapEntries: 100,
  maxCallArguments: 16,
};
/**
 * Calls that run their argument once for every element. One inside another would make the cost a power of the
 * data's size.
 */
const COMPREHENSIONS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
const ARITHMETIC = new Set(['+', '-', '*', '/', '%', '-_', 'list', 'map']);

const environments = new WeakMap<ExpressionFunctions, Map<string, Environment>>();

/** Functions of one's own by their CEL signature, such as `json(string): dyn`. */
type ExpressionFunctions = Readonly<Record<string, (text: string) => unknown>>;
const NO_FUNCTIONS: ExpressionFunctions = {};

/**
 * Compiles one CEL expression (cel-spec, by `@marcbachmann/cel-js`) over the named variables. Beyond the
 * standard: a field that is not there reads as null (`has(a.b)` still tells), numbers of JSON mix with
 * integer literals in arithmetic, and `timestamp()` and the zones of `getHours()` and its like are read as
 * everywhere in Herald. Throws `ExpressionError` for a syntax error, an unknown name or function, and
 * whatever could run away.
 */
export function compileExpression(
  source: string,
  variables: readonly string[],
  functions = NO_FUNCTIONS,
): CompiledExpression {
  const { run } = checked(source, variables, functions);
  return runnable(source, run);
}

/**
 * As `compileExpression`, for what must be true or false: also refuses an expression that can give neither.
 */
export function compileCondition(
  source: string,
  variables: readonly string[],
  functions = NO_FUNCTIONS,
): CompiledExpression {
  const { run, root, type } = checked(source, variables, functions);
  const wrong = otherThanBoolean(root, type);
  if (wrong !== undefined) {
    const { line, column } = positionAt(source, wrong.node.start);
    throw new ExpressionError(
      `gives ${wrong.type}, but a condition must be true or false: compare it with something`,
      line,
      column,
    );
  }
  return runnable(source, run);
}

interface Checked {
  readonly root: Node;
  /** The library's name of the type: `dyn` where only the data can tell. */
  readonly type: string;
  run(context: Context, meter: Meter): unknown;
}

function checked(source: string, variables: readonly string[], functions: ExpressionFunctions): Checked {
  if (source.length > MAX_LENGTH) throw new ExpressionError(`longer than ${MAX_LENGTH} characters`, 1, 1);
  let evaluate: ReturnType<Environment['parse']>;
  try {
    evaluate = environmentFor(variables, functions).parse(source);
  } catch (error) {
    throw atPosition(source, error);
  }
  const root = asNode(evaluate.ast);
  checkWritten(root, source, false);
  const check = evaluate.check();
  if (!check.valid) throw atPosition(source, check.error);
  let meter = createMeter();
  meterNodes(root, () => meter);
  return {
    root,
    type: String(check.type),
    run(context, given) {
      meter = given;
      return evaluate(context);
    },
  };
}

function runnable(source: string, evaluate: Checked['run']): CompiledExpression {
  const run = <T>(context: Context, meter: Meter, finish: (value: unknown) => T): T => {
    if (meter.exceeded !== undefined) {
      const why = `is not tried: what was evaluated before it ${meter.exceeded.message}`;
      throw new EvaluationError(`${source}: ${why}`, why);
    }
    try {
      const value = evaluate(context, meter);
      // The library may have swallowed the error, as it does on the left of `||`.
      if (meter.exceeded !== undefined) throw meter.exceeded;
      return finish(value);
    } catch (error) {
      if (error instanceof EvaluationError) throw error;
      const why = error instanceof CelEvaluationError ? error.summary : reasonOf(error);
      const code = error instanceof CelEvaluationError ? error.code : undefined;
      const reason = error instanceof BudgetError ? error.message : code;
      throw new EvaluationError(`${source}: ${why}`, reason);
    }
  };
  return {
    source,
    value: (context, meter = createMeter()) => run(context, meter, (value) => toJson(value, source, meter)),
    test: (context, meter = createMeter()) =>
      run(context, meter, (value) => {
        if (typeof value === 'boolean') return value;
        throw new EvaluationError(`${source}: gives ${kindOf(value)}, not true or false`, 'not_boolean');
      }),
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * The node whose value can be neither true nor false, and what it is instead; undefined if the data have to
 * tell.
 */
function otherThanBoolean(node: Node, type: string): { node: Node; type: string } | undefined {
  if (node.op === '?:') {
    const [, yes, no] = childrenOf(node);
    for (const branch of [yes, no]) {
      const wrong = branch && otherThanBoolean(branch, branch.checkedType?.name ?? 'dyn');
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
  if (ARITHMETIC.has(node.op)) return { node, type: SPOKEN[node.op] ?? 'the result of arithmetic' };
  return type === 'bool' || type === 'dyn' ? undefined : { node, type: spokenType(type) };
}

const SPOKEN: Readonly<Record<string, string>> = { list: 'a list', map: 'a map' };
const spokenType = (type: string): string =>
  type.startsWith('optional') ? 'an optional value (use orValue())' : type.replace(/^google\.protobuf\./, '');

/** The library's error with our line and column, without its drawing of the source. */
function atPosition(source: string, error: unknown): ExpressionError {
  const known = error as Partial<ParseError>;
  const summary = withTimeHint(known.summary ?? reasonOf(error));
  const { line, column } = positionAt(source, known.range?.start ?? 0);
  return new ExpressionError(summary.split('\n')[0] ?? summary, line, column);
}

/** The 1-based line and column of an offset. */
function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/**
 * Refuses what the meter alone could not bound: a loop inside a loop, and patterns that the data give or that
 * are too large. Also dates and time zones that are wrong as they are written.
 */
function checkWritten(node: Node, source: string, inLoop: boolean): void {
  const refuse = (at: Node, message: string): never => {
    const { line, column } = positionAt(source, at.start);
    throw new ExpressionError(message, line, column);
  };
  const method = methodOf(node);
  const isLoop = method !== undefined && COMPREHENSIONS.has(method.name);
  if (isLoop && inLoop) refuse(node, `${method.name}() inside another comprehension is not allowed`);
  if (method?.name === 'matches') {
    const [pattern] = method.args;
    if (pattern !== undefined && (pattern.op !== 'value' || typeof pattern.args !== 'string'))
      refuse(pattern, 'the pattern of matches() must be a text in quotes, not a value');
    const wrong = pattern && patternFault(String(pattern.args));
    if (pattern !== undefined && wrong !== undefined) refuse(pattern, wrong);
  }
  const wrongTime = constantFault(node);
  if (wrongTime !== undefined) refuse(wrongTime.at, wrongTime.message);
  for (const child of childrenOf(node)) checkWritten(child, source, inLoop || isLoop);
}

function environmentFor(variables: readonly string[], functions: ExpressionFunctions): Environment {
  const known = environments.get(functions) ?? new Map<string, Environment>();
  environments.set(functions, known);
  const key = variables.join();
  let environment = known.get(key);
  if (environment === undefined) {
    environment = createEnvironment(variables);
    for (const [signature, call] of Object.entries(functions)) environment.registerFunction(signature, call);
    known.set(key, environment);
  }
  return environment;
}

function createEnvironment(variables: readonly string[]): Environment {
  const environment = new Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: LIMITS,
  });
  for (const name of variables)
    environment.registerVariable(name, name === 'now' ? 'google.protobuf.Timestamp' : 'dyn');
  for (const operator of ['+', '-', '*', '/', '%']) {
    environment.registerOperator(`double ${operator} int`, mixed(operator));
    environment.registerOperator(`int ${operator} double`, mixed(operator));
  }
  for (const signature of TIMESTAMPS) environment.registerFunction(signature, notMetered);
  environment.registerOperator('double % double', (a: number, b: number) => a % b);
  return environment;
}

const notMetered = (): never => {
  throw new Error('this call should have been replaced before it ran');
};

/** An operator between a number of JSON and an integer: exact, or an error where digits would be lost. */
const mixed = (operator: string) => (a: number | bigint, b: number | bigint) => {
  const result = calculate(operator, narrowed(a), narrowed(b));
  if (result === undefined) throw new EvaluationError(`${operator} loses digits of an integer beyond 2^53`);
  return result;
};

/** CEL's integers that a number can hold count as JSON's. */
const narrowed = (value: number | bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;

/** Texts are handed on as they are; what counts is how long the result is to write. */
function toJson(value: unknown, source: string, meter: Meter): JsonValue {
  meter.steps(0.25);
  if (typeof value === 'string') {
    meter.characters(value.length / 8);
    return value;
  }
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : refuse(source, value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((part) => toJson(part, source, meter));
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([k, part]) => [String(k), toJson(part, source, meter)]));
  if (isPlain(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => {
        meter.characters(name.length / 8);
        return [name, toJson(part, source, meter)];
      }),
    );
  }
  return refuse(source, value);
}

function refuse(source: string, value: unknown): never {
  throw new EvaluationError(`${source}: gives ${kindOf(value)}, which is no JSON value`);
}

const kindOf = (value: unknown): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'an object'
        : `${typeof value} ${String(value)}`;
