import { Type } from 'typebox';
import { duration, endOfHours, eventType, expression, strict, timeOfDay, weekday, zone } from './fields.ts';

/** The parts of a campaign beside its steps, as JSON Schema. What no schema can say is in `check/`. */

export const enter = Type.Object(
  {
    on: eventType,
    when: Type.Optional(expression),
    /** May the same prospect enter again? Default: never. */
    again: Type.Optional(Type.Enum(['never', 'afterExit', 'always'])),
    /** Not within this time of the last entry. */
    notWithin: Type.Optional(duration),
    /** An event older than this on arrival enters nobody. Default: P1D. */
    maxAge: Type.Optional(duration),
  },
  strict,
);

export const exitRule = Type.Object({ on: eventType, when: Type.Optional(expression) }, strict);

/** Hours of the day, by the clock on the wall (`Hours`). */
export const hours = Type.Object(
  {
    days: Type.Optional(
      Type.Array(weekday, {
        minItems: 1,
        maxItems: 7,
        description: 'on which they begin; default: all',
      }),
    ),
    from: timeOfDay,
    to: endOfHours,
    zone: Type.Optional(zone),
  },
  strict,
);

export const rate = Type.Object(
  {
    count: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    per: Type.String({ minLength: 2, maxLength: 40, description: 'ISO 8601 duration: PT1S, PT1M' }),
  },
  strict,
);
