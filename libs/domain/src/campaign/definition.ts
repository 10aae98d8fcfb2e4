import type { Static } from 'typebox';
import type { Rate } from '../limits/rates.ts';
import type { Hours } from '../time/hours.ts';
import type * as schema from './schema.ts';
import type { Step } from './steps/index.ts';
import type { Utm } from './utm.ts';

/** The shape of a campaign. What is checked when one is saved is in `check/`. */

export type Enter = Static<typeof schema.enter>;
export type ExitRule = Static<typeof schema.exitRule>;

export interface CampaignDefinition {
  readonly id: string;
  readonly name?: string;
  readonly enter: Enter;
  readonly exit?: readonly ExitRule[];
  /** When its messages may leave; they wait for it. */
  readonly window?: Hours;
  /** How many of its messages may leave in how much time. */
  readonly rate?: Rate;
  /** The parameters that the links of its messages take. */
  readonly utm?: Utm;
  readonly steps: readonly Step[];
}

export type CampaignStatus = 'draft' | 'active' | 'paused' | 'archived';
