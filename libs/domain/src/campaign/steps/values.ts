import { EvaluationError } from '../../expression/errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json.ts';
import { zoneFault } from '../../time/zone.ts';

/** The values of expressions, by the same names. */
export const valuesOf = (
  run: { value(expression: string): JsonValue },
  expressions: Readonly<Record<string, string>>,
): JsonObject =>
  Object.fromEntries(Object.entries(expressions).map(([name, text]) => [name, run.value(text)]));

/**
 * Throws an `EvaluationError` for traits whose `timezone` is no time zone. It is checked wherever it enters:
 * nobody's quiet hours may fall back to another zone in silence.
 */
export function checkZone(traits: unknown): void {
  if (!isObject(traits) || traits.timezone === undefined || traits.timezone === null) return;
  const wrong = zoneFault(traits.timezone);
  if (wrong !== undefined) throw new EvaluationError(`traits.timezone: ${wrong}`);
}
