import { whenOf, zoneFault } from '@herald/domain/time';
import type { AnyNode, CallExpression } from 'acorn';

/**
 * A fault of a call of `date` that shows without data: an invalid date or zone in the template itself.
 */
export function dateFault({ arguments: [date, options] }: CallExpression): [AnyNode, string] | undefined {
  if (date?.type === 'Literal') {
    const wrong = whenFault(date.value);
    if (wrong !== undefined) return [date, `${date.raw} ${wrong}`];
  }
  if (options?.type !== 'ObjectExpression') return undefined;
  for (const property of options.properties) {
    if (property.type !== 'Property' || property.key.type !== 'Identifier') continue;
    if (property.key.name !== 'zone' || property.value.type !== 'Literal') continue;
    const wrong = zoneFault(property.value.value);
    if (wrong !== undefined) return [property.value, wrong];
  }
  return undefined;
}

function whenFault(value: unknown): string | undefined {
  try {
    whenOf(value);
    return undefined;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return error.message;
  }
}
