import { Type } from 'typebox';
import { EVENT_TYPE, EVENT_TYPE_WORDS } from '../event.ts';
import { WEEKDAYS } from '../time/weekday.ts';

/**
 * The parts of a campaign that have no steps inside, as JSON Schema. What surrounds them is in
 * `json-schema.ts` and `parse.ts`.
 */

const CAMPAIGN_ID = '^[a-z0-9][a-z0-9_-]{0,62}$';
const STEP_ID = '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$';
const TIME_OF_DAY = '^([01][0-9]|2[0-3]):[0-5][0-9]$';
const END_OF_HOURS = '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$';

/** What a pattern asks for, in words. */
export const patternWords: Readonly<Record<string, string>> = {
  [EVENT_TYPE]: EVENT_TYPE_WORDS,
  [CAMPAIGN_ID]: 'an id of lower-case letters, digits, - and _',
  [STEP_ID]: 'an id of letters, digits, - and _',
  [TIME_OF_DAY]: 'a time of day such as "09:00"',
  [END_OF_HOURS]: 'a time of day such as "18:00", or "24:00"',
};

const strict = { additionalProperties: false } as const;
const expression = Type.String({ minLength: 1, maxLength: 2_000, description: 'CEL' });
const duration = Type.String({ minLength: 2, maxLength: 40, description: 'ISO 8601 duration: P2D, PT30M' });
const eventType = Type.String({
  pattern: EVENT_TYPE,
  maxLength: 120,
  description: 'an event type: trial.started',
});

export const campaignId = Type.String({ pattern: CAMPAIGN_ID });
export const stepId = Type.String({ pattern: STEP_ID, description: 'unique in the campaign' });

export const enter = Type.Object(
  {
    on: eventType,
    when: Type.Optional(expression),
    again: Type.Optional(Type.Enum(['never', 'afterExit', 'always'])),
    notWithin: Type.Optional(duration),
    maxAge: Type.Optional(duration),
  },
  strict,
);

export const exitRule = Type.Object({ on: eventType, when: Type.Optional(expression) }, strict);

const template = Type.String({ minLength: 1, maxLength: 63, description: 'a template of the channel' });

export const email = Type.Object({ template }, strict);
export const sms = Type.Object({ template }, strict);
export const call = Type.Object({ template }, strict);
export const webhook = Type.Object(
  { url: Type.String({ minLength: 1, maxLength: 2_000, description: 'https://crm.example/hook' }), template },
  strict,
);

/** `then` of a step that sends. */
export const dontWait = Type.Enum(['dontWait'], {
  description: 'the run goes on at once: the message alone waits for the window and quiet hours',
});

export const waitFor = Type.Object(
  { on: eventType, when: Type.Optional(expression), timeout: Type.Optional(duration) },
  strict,
);

const zone = Type.Optional(
  Type.String({ maxLength: 64, description: 'an IANA zone, or "prospect" (the default)' }),
);
const weekday = Type.Enum([...WEEKDAYS]);

export const untilTime = Type.Object(
  {
    at: Type.String({ pattern: TIME_OF_DAY, description: 'HH:MM' }),
    days: Type.Optional(Type.Array(weekday, { minItems: 1, maxItems: 7 })),
    zone,
  },
  strict,
);

/** Hours of the day, by the clock on the wall (`Hours`). */
export const hours = Type.Object(
  {
    days: Type.Optional(
      Type.Array(weekday, { minItems: 1, maxItems: 7, description: 'on which they begin; all unless told' }),
    ),
    from: Type.String({ pattern: TIME_OF_DAY, description: 'HH:MM' }),
    to: Type.String({ pattern: END_OF_HOURS, description: 'HH:MM; not later than from: over midnight' }),
    zone,
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

export const untilDate = Type.Object({ date: expression, zone }, strict);
export const waitDuration = duration;

export const update = Type.Object(
  {
    traits: Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$' }), expression, {
      minProperties: 1,
    }),
  },
  strict,
);

export const emit = Type.Object(
  { type: eventType, data: Type.Optional(Type.Record(Type.String(), expression)) },
  strict,
);

export const exit = Type.Object({ reason: Type.Optional(Type.String({ maxLength: 200 })) }, strict);
