import type { Fault } from '@herald/http';
import type { TProperties } from 'typebox';
import type { SettingsContent } from './settings.ts';

/** The settings of one area: their shape, and what is wrong with them that a shape cannot say. */
export interface SettingsArea {
  readonly fields: TProperties;
  faults(content: SettingsContent): Fault[];
}
