import { isCountry } from '@herald/addresses';
import { zoneFault } from '@herald/domain';
import { Type } from 'typebox';
import type { SettingsArea } from './area.ts';

export const zoneFields = {
  zone: Type.Optional(
    Type.String({ maxLength: 64, description: 'IANA time zone of prospects that have none' }),
  ),
  country: Type.Optional(
    Type.String({
      maxLength: 2,
      description: 'ISO 3166, two letters: where phone numbers without a country’s code belong',
    }),
  ),
};

/** The time zone of people who have none, and the country of phone numbers without a country code. */
export const zoneSettings: SettingsArea = {
  fields: zoneFields,
  faults({ zone, country }) {
    const wrong = zone === undefined ? undefined : zoneFault(zone);
    return [
      ...(wrong === undefined ? [] : [{ path: '/zone', message: wrong }]),
      ...(country === undefined || isCountry(country)
        ? []
        : [{ path: '/country', message: 'must be a country in two letters by ISO 3166, such as GB' }]),
    ];
  },
};
