import type { Rate } from '../limits/rates.ts';
import type { DurationText } from '../time/duration.ts';
import type { Hours } from '../time/hours.ts';
import type { LocalTime } from '../time/next-local-time.ts';

/** The shape of a campaign (section 5 of the design). What is checked when one is saved is in `parse.ts`. */

/** A CEL expression, as text. */
export type Expression = string;

export interface Enter {
  readonly on: string;
  readonly when?: Expression;
  /** May the same prospect enter again? Default: never. */
  readonly again?: 'never' | 'afterExit' | 'always';
  /** Not within this time of the last entry. */
  readonly notWithin?: DurationText;
  /** An event older than this on arrival enters nobody. Default: P1D. */
  readonly maxAge?: DurationText;
}

export interface ExitRule {
  readonly on: string;
  readonly when?: Expression;
}

/**
 * The next instant at which a clock in `zone` (the prospect's own unless named) shows `at`, on one of `days`
 * if given.
 */
export interface UntilTime extends LocalTime {
  readonly zone?: string;
}

/**
 * The instant an expression gives (`readInstant`): a day or a local time goes by the clocks of `zone`, the
 * prospect's own unless named.
 */
export interface UntilDate {
  readonly date: Expression;
  readonly zone?: string;
}

export interface WaitFor {
  readonly on: string;
  readonly when?: Expression;
  readonly timeout?: DurationText;
}

export type ChooseBranch =
  | { readonly when: Expression; readonly steps: readonly Step[] }
  | { readonly otherwise: readonly Step[] };

interface Identified {
  readonly id: string;
}

/** What a step that sends names: the template of the message. */
interface Sends {
  readonly template: string;
}

/**
 * A step that sends waits until the hours let its message leave. `dontWait`: the run goes on at once, and
 * what follows may overtake it.
 */
interface Sending extends Identified {
  readonly then?: 'dontWait';
}

export type EmailStep = Sending & { readonly email: Sends };
export type SmsStep = Sending & { readonly sms: Sends };
export type CallStep = Sending & { readonly call: Sends };
/** `url` is the same for everybody: a receiver of webhooks is not chosen by what a prospect's data say. */
export type WebhookStep = Sending & { readonly webhook: Sends & { readonly url: string } };
export type SendStep = EmailStep | SmsStep | CallStep | WebhookStep;
export type WaitStep = Identified & {
  readonly wait: DurationText | { readonly until: UntilTime | UntilDate };
};
export type WaitForStep = Identified & {
  readonly waitFor: WaitFor;
  readonly then?: readonly Step[];
  readonly else?: readonly Step[];
};
export type ChooseStep = Identified & { readonly choose: readonly ChooseBranch[] };
export type UpdateStep = Identified & {
  readonly update: { readonly traits: Readonly<Record<string, Expression>> };
};
export type EmitStep = Identified & {
  readonly emit: { readonly type: string; readonly data?: Readonly<Record<string, Expression>> };
};
export type ExitStep = Identified & { readonly exit: { readonly reason?: string } };

export type Step = SendStep | WaitStep | WaitForStep | ChooseStep | UpdateStep | EmitStep | ExitStep;

export interface CampaignDefinition {
  readonly id: string;
  readonly name?: string;
  readonly enter: Enter;
  readonly exit?: readonly ExitRule[];
  /** When its messages may leave; they wait for it. */
  readonly window?: Hours;
  /** How many of its messages may leave in how much time. */
  readonly rate?: Rate;
  readonly steps: readonly Step[];
}

export type CampaignStatus = 'draft' | 'active' | 'paused' | 'archived';
