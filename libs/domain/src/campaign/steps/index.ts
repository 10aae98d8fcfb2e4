import type { RulesByType } from '../../enrollment/event-rules.ts';
import { type CallStep, call } from './call.ts';
import { type ChooseStep, choose } from './choose.ts';
import { type EmailStep, email } from './email.ts';
import { type EmitStep, emit } from './emit.ts';
import { type ExitStep, exit } from './exit.ts';
import type { AnyStepKind, StepKind } from './kind.ts';
import { type SmsStep, sms } from './sms.ts';
import { type UpdateStep, update } from './update.ts';
import { type WaitStep, wait } from './wait.ts';
import { type WaitForStep, waitFor } from './wait-for.ts';
import { type WebhookStep, webhook } from './webhook.ts';

/** Every kind of step, by its name in a campaign. */
export const STEP_KINDS = { email, sms, call, webhook, wait, waitFor, choose, update, emit, exit };

export type Step =
  | EmailStep
  | SmsStep
  | CallStep
  | WebhookStep
  | WaitStep
  | WaitForStep<Step>
  | ChooseStep<Step>
  | UpdateStep
  | EmitStep
  | ExitStep;

type EventsOf<Kind> = Kind extends StepKind<infer _Step, infer Recorded> ? Recorded : never;

/** The events that steps record. */
export type StepEvent = EventsOf<(typeof STEP_KINDS)[keyof typeof STEP_KINDS]>;

const kinds = Object.entries(STEP_KINDS) as [string, AnyStepKind][];

/** What follows from each of them. */
export const STEP_EVENTS = Object.assign(
  {},
  ...kinds.map(([, { events }]) => events),
) as RulesByType<StepEvent>;

/** The kind of a step that `parseCampaign` accepted. */
export function kindOf(step: Step): AnyStepKind {
  const [, kind] = kinds.find(([name]) => Object.hasOwn(step, name)) ?? [];
  if (kind === undefined) throw new Error(`step ${step.id} is of no kind that is known`);
  return kind;
}
