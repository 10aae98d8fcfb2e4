import type { Fault } from '@herald/http';
import type { TProperties } from 'typebox';
import type { SettingsContent } from './settings.ts';

/** The settings of one area: their schema, and the faults that no schema finds. */
export interface SettingsArea {
  readonly fields: TProperties;
  faults(content: SettingsContent): Fault[];
}
