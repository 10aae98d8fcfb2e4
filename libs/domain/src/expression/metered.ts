import { countCall, countOperator } from './costs.ts';
import { isPlain, type Meter, weighNames } from './meter.ts';
import { childrenOf, type Evaluate, type Handle, type Loop, type Node } from './nodes.ts';
import { matches } from './patterns.ts';
import { checkTimes, timeCall } from './times.ts';

const OPERATORS = new Set(['!=', '==', 'in', '+', '-', '*', '/', '%', '<', '<=', '>', '>=']);
/** The library makes an error, and throws it away, for each missing index. */
const STEPS_OF_AN_OPTIONAL_INDEX = 250;

/**
 * Changes a checked expression in place: the current meter counts each node that runs, and the work of each
 * function and operator before it runs; a loop ends when the budget does. A missing field then reads as null,
 * `matches` runs in linear time, and dates and zones are read as everywhere in Herald. Throws for a node that
 * it cannot meter.
 */
export function meterNodes(root: Node, current: () => Meter): void {
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    const { alternate, macro } = node.meta;
    if (node.checkedType !== undefined) {
      if (alternate !== undefined) visit(alternate);
      else if (macro !== undefined) macro.evaluate = counted(macro.evaluate, current);
      else meterNode(node, current);
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(root);
}

function meterNode(node: Node, current: () => Meter): void {
  if (node.op === '.') node.setMeta('evaluate', fieldOrNull(node.meta.evaluate));
  if (node.op === 'call' || node.op === 'rcall') {
    const [name] = node.args as [string];
    if (node.handle !== undefined) node.handle = timeCall(name, node.handle);
    around(node, ([args]) => countCall(name, args as unknown[], current()));
    if (name === 'matches') node.handle = linearMatches(node.handle, current);
  } else if (OPERATORS.has(node.op)) {
    around(node, ([left, right]) => {
      countOperator(node.op, left, right, current());
      checkTimes(left, right);
    });
  } else if (node.op === '[?]') {
    around(node, () => current().steps(STEPS_OF_AN_OPTIONAL_INDEX));
  } else if (node.op === 'comprehension') {
    around(node, ([items]) => weighNames(items, current()));
    const loop = node.args as Loop;
    const { condition } = loop;
    loop.condition = (accumulated) =>
      current().exceeded === undefined && (condition === undefined || condition(accumulated));
  }
  node.setMeta('evaluate', counted(node.meta.evaluate, current));
}

function counted(evaluate: Evaluate, current: () => Meter): Evaluate {
  return (evaluator, node, context) => {
    const meter = current();
    meter.steps(1);
    try {
      return evaluate(evaluator, node, context);
    } catch (error) {
      meter.failed(error);
      throw error;
    }
  };
}

function around(node: Node, count: (operands: unknown[]) => void): void {
  const { handle } = node;
  if (handle === undefined) throw new Error(`${node.op} cannot be metered: the library has changed`);
  node.handle = (...operands) => {
    count(operands);
    return handle(...operands);
  };
}

/** Arguments that are no texts go to the library's own `matches`, for its error. */
function linearMatches(handle: Handle | undefined, current: () => Meter): Handle {
  return (...operands) => {
    const [text, pattern] = operands[0] as unknown[];
    if (typeof text === 'string' && typeof pattern === 'string') return matches(text, pattern, current());
    return handle?.(...operands);
  };
}

/** `a.b`: null where `a` has no `b` or cannot have fields. The value of `.?` stays optional. */
const fieldOrNull =
  (strict: Evaluate): Evaluate =>
  (evaluator, node, context) => {
    const [target, name] = node.args as [Node, string];
    if (target.checkedType?.name.startsWith('optional')) return strict(evaluator, node, context);
    const value = evaluator.run(target, context);
    if (value instanceof Map) return value.get(name) ?? null;
    return isPlain(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null;
  };
