import { Type } from 'typebox';
import { EVENT_TYPE, EVENT_TYPE_WORDS } from '../event.ts';
import { NAME_PATTERN } from '../names.ts';
import { WEEKDAYS } from '../time/weekday.ts';

/** The fields that several parts of a campaign have, as JSON Schema. */

const STEP_ID = '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$';
const TIME_OF_DAY = '^([01][0-9]|2[0-3]):[0-5][0-9]$';
const END_OF_HOURS = '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$';

/** What a pattern asks for, in words. */
export const patternWords: Readonly<Record<string, string>> = {
  [EVENT_TYPE]: EVENT_TYPE_WORDS,
  [NAME_PATTERN]: 'an id of lower-case letters, digits, - and _',
  [STEP_ID]: 'an id of letters, digits, - and _',
  [TIME_OF_DAY]: 'a time of day such as "09:00"',
  [END_OF_HOURS]: 'a time of day such as "18:00", or "24:00"',
};

/** Of objects: a field that is not named is a mistake. */
export const strict = { additionalProperties: false } as const;

/** A CEL expression, as text. */
export const expression = Type.String({ minLength: 1, maxLength: 2_000, description: 'CEL' });

export const duration = Type.String({
  minLength: 2,
  maxLength: 40,
  description: 'ISO 8601 duration: P2D, PT30M',
});

export const eventType = Type.String({
  pattern: EVENT_TYPE,
  maxLength: 120,
  description: 'an event type: trial.started',
});

export const campaignId = Type.String({ pattern: NAME_PATTERN });
export const stepId = Type.String({ pattern: STEP_ID, description: 'unique in the campaign' });

export const timeOfDay = Type.String({ pattern: TIME_OF_DAY, description: 'HH:MM' });
export const endOfHours = Type.String({
  pattern: END_OF_HOURS,
  description: 'HH:MM; not later than from: over midnight',
});
export const weekday = Type.Enum([...WEEKDAYS]);
export const zone = Type.String({ maxLength: 64, description: 'an IANA zone, or "prospect" (the default)' });

/** A list of steps inside a step. */
export const listOfSteps = Type.Unsafe<readonly { readonly id: string }[]>({
  type: 'array',
  items: { $ref: '#/$defs/step' },
});
