import { isZone } from '@herald/domain';
import { Type } from 'typebox';
import type { SettingsArea } from './area.ts';

export const zoneFields = {
  zone: Type.Optional(
    Type.String({ maxLength: 64, description: 'IANA time zone of prospects that have none' }),
  ),
};

/** Which time it is for those of whom it is not known. */
export const zoneSettings: SettingsArea = {
  fields: zoneFields,
  faults: ({ zone }) =>
    zone === undefined || isZone(zone) ? [] : [{ path: '/zone', message: 'must be an IANA time zone' }],
};
