import { zoneFault } from '@herald/domain';
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
  faults({ zone }) {
    const wrong = zone === undefined ? undefined : zoneFault(zone);
    return wrong === undefined ? [] : [{ path: '/zone', message: wrong }];
  },
};
