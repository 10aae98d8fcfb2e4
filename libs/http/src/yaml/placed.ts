import type { SourceText } from '@herald/domain';
import { namesIn } from '../problem/pointer.ts';
import { MAX_ERRORS, Problem } from '../problem/problem.ts';

/**
 * The same problem, its errors with line and column in the text that the body was read from. Only for those
 * that are shown: a place is looked for among all names of its map.
 */
export function placedIn(source: SourceText, problem: Problem): Problem {
  const { status, code, detail, errors, errorCount, retryAfter, headers, cause, lasting } = problem;
  if (errors === undefined) return problem;
  const placed = errors.slice(0, MAX_ERRORS).map(({ path, message, inside }) => {
    const { line, column } = source.faultAt(namesIn(path), message, inside);
    return { path, message, inside: { line, column } };
  });
  return new Problem(status, code, detail, {
    errors: placed,
    errorCount,
    retryAfter,
    headers,
    cause,
    lasting,
  });
}
