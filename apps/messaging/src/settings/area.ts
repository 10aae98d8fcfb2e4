import type { Channel } from '@herald/domain';
import type { Fault } from '@herald/http';
import type { TProperties } from 'typebox';
import type { SettingsContent } from './settings.ts';

/** The names of the providers and accounts that can send a channel. */
export type NamesOf = (channel: Channel, content: Pick<SettingsContent, 'accounts'>) => readonly string[];

/** The settings of one area: their schema, and the faults that no schema finds. */
export interface SettingsArea {
  readonly fields: TProperties;
  faults(content: SettingsContent): Fault[];
}
