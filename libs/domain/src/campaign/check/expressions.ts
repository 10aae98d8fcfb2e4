import { compileCondition, compileExpression } from '../../expression/compile.ts';
import { ExpressionError } from '../../expression/errors.ts';
import type { Path } from '../../text/source-text.ts';
import { CAMPAIGN_VARIABLES } from '../variables.ts';
import type { AddFault } from './fault-list.ts';

const MAX_EXPRESSIONS = 1_000;
/** Characters of all expressions together: compiling 100,000 takes a tenth of a second. */
const MAX_TEXT = 64 * 1024;

/** Compiles the expressions of one campaign; past a limit the rest are not compiled. */
export function createExpressionCheck(fault: AddFault) {
  let count = 0;
  let length = 0;

  const check = (text: string | undefined, path: Path, compile: typeof compileExpression): void => {
    if (text === undefined) return;
    count += 1;
    if (count === MAX_EXPRESSIONS + 1) fault(path, `more than ${MAX_EXPRESSIONS} expressions`);
    const before = length;
    length += text.length;
    if (before <= MAX_TEXT && length > MAX_TEXT)
      fault(path, `the expressions are longer than ${MAX_TEXT} characters together`);
    if (count > MAX_EXPRESSIONS || length > MAX_TEXT) return;
    try {
      compile(text, CAMPAIGN_VARIABLES);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      fault(path, `CEL: ${error.message}`, error);
    }
  };

  return {
    expression: (text: string | undefined, path: Path): void => check(text, path, compileExpression),
    condition: (text: string | undefined, path: Path): void => check(text, path, compileCondition),
  };
}
