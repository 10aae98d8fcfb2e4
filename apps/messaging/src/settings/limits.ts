import {
  type Cap as CapSetting,
  CHANNELS,
  type ChannelHours,
  type ChannelRate,
  capFault,
  hoursFaults,
  rateFault,
  spreadFault,
  WEEKDAYS,
} from '@herald/domain';
import type { Fault } from '@herald/http';
import { type TSchema, Type } from 'typebox';
import type { NamesOf, SettingsArea } from './area.ts';

const strict = { additionalProperties: false } as const;

const Channels = Type.Enum([...CHANNELS], { description: 'Default: all' });
const Days = Type.Enum([...WEEKDAYS]);
const Per = Type.String({ minLength: 2, maxLength: 40, description: 'ISO 8601 duration' });

const Hours = Type.Object(
  {
    channel: Type.Optional(Channels),
    days: Type.Optional(
      Type.Array(Days, { minItems: 1, maxItems: 7, description: 'on which they begin. Default: all' }),
    ),
    from: Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: 'HH:MM' }),
    to: Type.String({
      pattern: '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$',
      description: 'HH:MM; not later than from: over midnight',
    }),
    zone: Type.Optional(
      Type.String({ maxLength: 64, description: 'IANA, or "prospect", the reader’s own (the default)' }),
    ),
  },
  strict,
);

const Cap = Type.Object(
  {
    channel: Type.Optional(Channels),
    count: Type.Integer({ minimum: 1, maximum: 100 }),
    per: Per,
    then: Type.Optional(Type.Enum(['drop', 'delay'], { description: 'Default: drop' })),
  },
  strict,
);

const Rate = Type.Object(
  {
    channel: Type.Enum([...CHANNELS]),
    provider: Type.Optional(
      Type.String({ minLength: 1, maxLength: 40, description: 'its name. Default: all of the channel' }),
    ),
    count: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    per: Per,
  },
  strict,
);

/** An array whose items nobody changes. */
const listOf = <T>(item: TSchema, options: { maxItems: number; description: string }) =>
  Type.Optional(Type.Unsafe<readonly T[]>(Type.Array(item, options)));

export const limitFields = {
  quietHours: listOf<ChannelHours>(Hours, { maxItems: 20, description: 'when nothing is sent' }),
  windows: listOf<ChannelHours>(Hours, {
    maxItems: 20,
    description: 'something is sent only within one of these',
  }),
  spread: Type.Optional(
    Type.String({
      minLength: 2,
      maxLength: 40,
      description: 'over how much time messages that waited for such hours are spread. Default: PT10M',
    }),
  ),
  caps: listOf<CapSetting>(Cap, {
    maxItems: 10,
    description: 'messages to one person within a period of any start',
  }),
  rates: listOf<ChannelRate>(Rate, {
    maxItems: 20,
    description: 'messages of the workspace in how much time, evenly',
  }),
};

/** When, how often and how fast messages leave. `there`: the providers and accounts that a rate can name. */
export const limitSettings = (there: NamesOf): SettingsArea => ({
  fields: limitFields,
  faults({ quietHours = [], windows = [], spread, caps = [], rates = [], accounts }) {
    const errors: Fault[] = [];
    const wrong = (path: string, message: string | undefined): void => {
      if (message !== undefined) errors.push({ path, message });
    };
    for (const [name, list] of Object.entries({ quietHours, windows }))
      for (const [n, hours] of list.entries())
        for (const { path, message } of hoursFaults(hours)) wrong(`/${name}/${n}/${path}`, message);
    if (spread !== undefined) wrong('/spread', spreadFault(spread));
    for (const [n, cap] of caps.entries()) wrong(`/caps/${n}/per`, capFault(cap));
    for (const [n, rate] of rates.entries()) {
      wrong(`/rates/${n}/per`, rateFault(rate));
      const known = there(rate.channel, { accounts });
      if (rate.provider !== undefined && !known.includes(rate.provider))
        wrong(`/rates/${n}/provider`, `must be one that is set up here: ${known.join(', ') || 'none is'}`);
      const first = rates.findIndex(
        ({ channel, provider }) => channel === rate.channel && provider === rate.provider,
      );
      if (first < n) wrong(`/rates/${n}`, `says again what /rates/${first} says`);
    }
    return errors;
  },
});
