import { exactInstant, type Instant } from '@herald/domain';
import { Problem } from '@herald/http';

/** The instant of a query parameter, or a 400 that names it. */
export function parseInstant(name: string, text: string): Instant {
  try {
    return exactInstant(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Problem(400, 'invalid_request', `${name} ${error.message}.`, {
      errors: [{ path: `/${name}`, message: error.message }],
    });
  }
}
