import {
  type ASTNode,
  EvaluationError as CelEvaluationError,
  type Context,
  Environment,
  type ParseError,
} from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import type { JsonValue } from './json.ts';

/** A CEL expression that cannot be used. Line and column are 1-based, within the expression. */
export class ExpressionError extends Error {
  readonly code = 'expression';
  readonly line: number;
  readonly column: number;
  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** An expression that is fine in itself but gave no value for what it was given. */
export class EvaluationError extends Error {
  readonly code = 'evaluation';
}

/** A checked expression, ready to run any number of times. Both ways of running it throw `EvaluationError`. */
export interface CompiledExpression {
  readonly source: string;
  /** Its value as JSON: integers as numbers, timestamps as ISO 8601 text. */
  value(context: Record<string, unknown>): JsonValue;
  /** Its truth; anything but true or false is an error. */
  test(context: Record<string, unknown>): boolean;
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
/** Calls that run their argument once for every element. One inside another would make the cost a power of the data's size. */
const COMPREHENSIONS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** JavaScript's own regular expressions can take exponential time; RE2's cannot. */
const MATCHES = 'matches';
const LINEAR_MATCHES = 'matchesRe2';

const environments = new WeakMap<ExpressionFunctions, Map<string, Environment>>();

/** Functions of one's own by their CEL signature, such as `json(string): dyn`. */
type ExpressionFunctions = Readonly<Record<string, (text: string) => unknown>>;
const NO_FUNCTIONS: ExpressionFunctions = {};

/**
 * Compiles one CEL expression (cel-spec, by `@marcbachmann/cel-js`) over the named variables. Beyond the standard: a field that is
 * not there reads as null (`has(a.b)` still tells), and numbers of JSON mix with integer literals in arithmetic. Throws
 * `ExpressionError` for a syntax error, an unknown name or function, and whatever could run away.
 */
export function compileExpression(
  source: string,
  variables: readonly string[],
  functions = NO_FUNCTIONS,
): CompiledExpression {
  if (source.length > MAX_LENGTH) throw new ExpressionError(`longer than ${MAX_LENGTH} characters`, 1, 1);
  const environment = environmentFor(variables, functions);
  const ast = parsed(source, () => environment.parse(source)).ast;
  checkCost(ast, source, 0);
  const lenient = parsed(source, () => environment.parse(rewritten(ast, source)));
  if (uses(lenient.ast, MATCHES))
    throw new ExpressionError('write matches() without a comment before it', 1, 1);
  const check = lenient.check();
  if (!check.valid) throw atPosition(source, check.error);

  const run = (context: Context): unknown => {
    try {
      return lenient(context);
    } catch (error) {
      const why = error instanceof CelEvaluationError ? error.summary : String(error);
      throw new EvaluationError(`${source}: ${why}`);
    }
  };
  return {
    source,
    value: (context) => toJson(run(context), source),
    test(context) {
      const value = run(context);
      if (typeof value !== 'boolean')
        throw new EvaluationError(`${source}: gives ${kindOf(value)}, not true or false`);
      return value;
    },
  };
}

function parsed<T>(source: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw atPosition(source, error);
  }
}

/** The library's error with our line and column, without its drawing of the source. */
function atPosition(source: string, error: unknown): ExpressionError {
  const known = error as Partial<ParseError>;
  const summary = known.summary ?? (error instanceof Error ? error.message : String(error));
  const { line, column } = positionAt(source, known.range?.start ?? 0);
  return new ExpressionError(summary.split('\n')[0] ?? summary, line, column);
}

/** The 1-based line and column of an offset. */
function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function checkCost(node: ASTNode, source: string, depth: number): void {
  const isComprehension = node.op === 'rcall' && COMPREHENSIONS.has(node.args[0]);
  if (isComprehension && depth > 0) {
    const { line, column } = positionAt(source, node.start);
    throw new ExpressionError(`${node.args[0]}() inside another comprehension is not allowed`, line, column);
  }
  for (const child of childrenOf(node)) checkCost(child, source, depth + (isComprehension ? 1 : 0));
}

const uses = (node: ASTNode, method: string): boolean =>
  (node.op === 'rcall' && node.args[0] === method) || childrenOf(node).some((child) => uses(child, method));

const isNode = (value: unknown): value is ASTNode =>
  typeof value === 'object' && value !== null && 'op' in value;

function childrenOf(node: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  const visit = (value: unknown): void => {
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) value.forEach(visit);
  };
  visit(node.args);
  return found;
}

/**
 * Rewrites every chain of fields `a.b.c` to `a.?b.?c.orValue(null)` (CEL's own optional syntax), save inside `has()`, which
 * must see what is really there; and `matches` to our linear-time one.
 */
function rewritten(node: ASTNode, source: string): string {
  const edits: { at: number; insert: string; remove: number }[] = [];
  const visit = (current: ASTNode, insideChain: boolean): void => {
    if (current.op === 'call' && current.args[0] === 'has') return;
    if (current.op === 'rcall' && current.args[0] === MATCHES) {
      const at = source.indexOf(MATCHES, current.args[1].end);
      edits.push({ at, insert: LINEAR_MATCHES, remove: MATCHES.length });
    }
    if (current.op !== '.') {
      for (const child of childrenOf(current)) visit(child, false);
      return;
    }
    const [object, field] = current.args;
    const dot = source.lastIndexOf('.', current.end - field.length - 1);
    edits.push({ at: dot, insert: '.?', remove: 1 });
    if (!insideChain) edits.push({ at: current.end, insert: '.orValue(null)', remove: 0 });
    visit(object, true);
  };
  visit(node, false);
  edits.sort((a, b) => b.at - a.at);
  return edits.reduce(
    (text, { at, insert, remove }) => text.slice(0, at) + insert + text.slice(at + remove),
    source,
  );
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
  const arithmetic: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
    '%': (a, b) => a % b,
  };
  for (const [operator, apply] of Object.entries(arithmetic)) {
    environment.registerOperator(`double ${operator} int`, (a: number, b: bigint) => apply(a, Number(b)));
    environment.registerOperator(`int ${operator} double`, (a: bigint, b: number) => apply(Number(a), b));
  }
  environment.registerOperator('double % double', (a: number, b: number) => a % b);
  environment.registerFunction(`string.${LINEAR_MATCHES}(string): bool`, matchesLinear);
  return environment;
}

const patterns = new Map<string, RE2JS>();

function matchesLinear(text: string, pattern: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = RE2JS.compile(pattern);
    if (patterns.size >= 1_000) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled.matcher(text).find();
}

function toJson(value: unknown, source: string): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : refuse(source, value);
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : refuse(source, value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((part) => toJson(part, source));
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([k, part]) => [String(k), toJson(part, source)]));
  if (typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    return Object.fromEntries(Object.entries(value).map(([k, part]) => [k, toJson(part, source)]));
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
