import type { ASTNode } from '@marcbachmann/cel-js';

/**
 * A node of the library's syntax tree (8.0.0), with what metering needs and the library's types leave out.
 * `meta.evaluate` runs the node, `handle` is what an operator or a call does with its operands; both exist
 * once the expression has been checked.
 */
export interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
  readonly checkedType?: { readonly name: string };
  /** The operands of an access. */
  readonly left?: Node;
  handle?: Handle;
  readonly meta: {
    /** What stands in for the node: a comprehension for `list.map(…)`. */
    readonly alternate?: Node;
    readonly macro?: { evaluate: Evaluate };
    readonly evaluate: Evaluate;
  };
  setMeta(key: 'evaluate', value: Evaluate): void;
}

export type Handle = (...operands: unknown[]) => unknown;
export type Evaluate = (evaluator: Evaluator, node: Node, context: unknown) => unknown;
interface Evaluator {
  run(node: Node, context: unknown): unknown;
}

/**
 * The argument of a comprehension that matters here: it goes on while `condition`, if there is one, holds.
 */
export interface Loop {
  condition?: (accumulated: unknown) => boolean;
}

export const asNode = (node: ASTNode): Node => node as unknown as Node;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'op' in value && 'meta' in value;

/** The child nodes of a node, as they were written. */
export function childrenOf(node: Node): Node[] {
  const found: Node[] = [];
  const visit = (value: unknown): void => {
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) value.forEach(visit);
    else if (node.op === 'comprehension' && value === node.args)
      Object.values(value as object).forEach(visit);
  };
  visit(node.args);
  return found;
}

/** The name, receiver and arguments of a call such as `text.matches("x")`. */
export function methodOf(node: Node): { name: string; receiver: Node; args: Node[] } | undefined {
  if (node.op !== 'rcall') return undefined;
  const [name, receiver, args] = node.args as [string, Node, Node[]];
  return { name, receiver, args };
}
