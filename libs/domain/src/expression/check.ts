import type { ParseError } from '@marcbachmann/cel-js';
import { ExpressionError, messageOf } from './errors.ts';
import { childrenOf, methodOf, type Node } from './nodes.ts';
import { patternFault } from './patterns.ts';
import { constantFault, withTimeHint } from './times.ts';

/**
 * Calls that run their argument once for every element. Nested ones would make the cost a power of the size
 * of the data.
 */
const COMPREHENSIONS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
const ARITHMETIC = new Set(['+', '-', '*', '/', '%', '-_', 'list', 'map']);

/**
 * The node whose value can be neither true nor false, and what it is instead; undefined if that depends on
 * the data.
 */
export function otherThanBoolean(node: Node, type: string): { node: Node; type: string } | undefined {
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

/** The library's error with a line and column, without its drawing of the source. */
export function atPosition(source: string, error: unknown): ExpressionError {
  const known = error as Partial<ParseError>;
  const summary = withTimeHint(known.summary ?? messageOf(error));
  const { line, column } = positionAt(source, known.range?.start ?? 0);
  return new ExpressionError(summary.split('\n')[0] ?? summary, line, column);
}

/** The 1-based line and column of an offset. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/**
 * Refuses what the meter alone cannot bound: a loop inside a loop, patterns from the data, and patterns that
 * are too large. Also refuses constant dates and time zones that are wrong.
 */
export function checkWritten(node: Node, source: string, inLoop: boolean): void {
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
