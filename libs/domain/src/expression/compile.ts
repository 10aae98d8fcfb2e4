import { EvaluationError as CelEvaluationError, type Context, type Environment } from '@marcbachmann/cel-js';
import type { JsonValue } from '../json.ts';
import { atPosition, checkWritten, otherThanBoolean, positionAt } from './check.ts';
import { type ExpressionFunctions, environmentFor } from './environment.ts';
import { EvaluationError, ExpressionError, messageOf } from './errors.ts';
import { BudgetError, createMeter, type Meter } from './meter.ts';
import { meterNodes } from './metered.ts';
import { asNode, type Node } from './nodes.ts';
import { kindOf, toJson } from './to-json.ts';

/**
 * A checked expression, ready to run any number of times. Both ways of running it throw `EvaluationError`.
 */
export interface CompiledExpression {
  readonly source: string;
  /**
   * Its value as JSON: integers as numbers (beyond 2⁵³ as `bigint`), timestamps as ISO 8601 text. `meter`
   * limits the work, also of several expressions together. Default: a meter of its own.
   */
  value(context: Record<string, unknown>, meter?: Meter): JsonValue;
  /** Its truth; anything but true or false is an error. */
  test(context: Record<string, unknown>, meter?: Meter): boolean;
}

/** Longer texts are refused: nobody writes a condition of this size by hand. */
const MAX_LENGTH = 2_000;
const NO_FUNCTIONS: ExpressionFunctions = {};

/**
 * Compiles one CEL expression (cel-spec, by `@marcbachmann/cel-js`) over the named variables. Beyond the
 * standard: a missing field reads as null (`has(a.b)` is still false), numbers of JSON mix with
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
  /** The library's name of the type: `dyn` where it depends on the data. */
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
      const why = error instanceof CelEvaluationError ? error.summary : messageOf(error);
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
