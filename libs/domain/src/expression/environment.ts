import { Environment } from '@marcbachmann/cel-js';
import { calculate } from '../exact-arithmetic.ts';
import { EvaluationError } from './errors.ts';
import { TIMESTAMPS } from './times.ts';

const LIMITS = {
  maxAstNodes: 400,
  maxDepth: 40,
  maxListElements: 200,
  maxMapEntries: 100,
  maxCallArguments: 16,
};
const environments = new WeakMap<ExpressionFunctions, Map<string, Environment>>();

/** Functions beside CEL's own, by their CEL signature, such as `json(string): dyn`. */
export type ExpressionFunctions = Readonly<Record<string, (text: string) => unknown>>;

/** The library set up for these variables and functions; one for each set. */
export function environmentFor(variables: readonly string[], functions: ExpressionFunctions): Environment {
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
