import { compileExpression } from '../../expression/compile.ts';
import { EvaluationError, ExpressionError } from '../../expression/errors.ts';
import { readInstant } from '../../time/instant.ts';

/**
 * What is wrong with the date of an expression that needs no data, so that it shows when the campaign is
 * saved; else undefined.
 */
export function constantDateFault(source: string): string | undefined {
  if (/^\d{4}-\d{2}-\d{2}/.test(source)) return `a date in CEL is text: write '"${source}"'`;
  try {
    readInstant(compileExpression(source, []).value({}), 'UTC');
    return undefined;
  } catch (error) {
    if (error instanceof RangeError || error instanceof EvaluationError) return error.message;
    // It uses variables, or is no expression: then it has a fault of its own.
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}
