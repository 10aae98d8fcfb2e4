/** The domain: events, prospects, campaigns, enrollments, messages. No I/O, no clock, no driver. */

export type { TemplateUse } from './campaign/check/checker.ts';
export { branchesOf, type Campaign, compileCampaign } from './campaign/compile.ts';
export * from './campaign/definition.ts';
export { campaignJsonSchema } from './campaign/json-schema.ts';
export { type ParsedCampaign, parseCampaign } from './campaign/parse.ts';
export type { Step } from './campaign/steps/index.ts';
export type { UntilTime } from './campaign/steps/wait.ts';
export { takesUtm, type Utm, utmParameters } from './campaign/utm.ts';
export { CAMPAIGN_VARIABLES } from './campaign/variables.ts';
export * from './clock.ts';
export { plainAddress } from './consent/address.ts';
export type { Subscription, Suppression } from './consent/decisions.ts';
export { type Keyword, readKeyword } from './consent/keyword.ts';
export * from './consent/rules.ts';
export { type Decision, decide, type EnrollmentInput, enroll, reactsTo } from './enrollment/decide.ts';
export { decideEntry, type Entry, type Refusal } from './enrollment/entry.ts';
export {
  ENROLLMENT_UNANSWERED,
  type EnrollmentEvent,
  eventRulesOf,
  isEnrollmentEvent,
} from './enrollment/events.ts';
export { evolveEnrollment } from './enrollment/evolve.ts';
export type { EnrollmentState, EnrollmentStatus, SeenEvent } from './enrollment/state.ts';
export type { Unanswered } from './enrollment/unanswered.ts';
export { viewEnrollment, type World } from './enrollment/view.ts';
export { redactEnrollment, redactEvent, redactMessage, withoutPerson } from './erasure.ts';
export * from './event.ts';
export { type CompiledExpression, compileCondition, compileExpression } from './expression/compile.ts';
export { EvaluationError, ExpressionError } from './expression/errors.ts';
export { createMeter, type Meter } from './expression/meter.ts';
export * from './ids.ts';
export * from './json.ts';
export * from './limits/caps.ts';
export * from './limits/departure.ts';
export { capFault, hoursFaults, rateFault, spreadFault } from './limits/faults.ts';
export * from './limits/rates.ts';
export * from './limits/spread.ts';
export { CHANNELS, type Channel, channelName } from './message/channel.ts';
export {
  type AttemptOptions,
  afterAttempt,
  mayRetry,
  type ProviderOutcome,
  type SendCircumstances,
  type SendRetryPolicy,
  type Tries,
  whyNotSend,
} from './message/decide.ts';
export { evolveMessage } from './message/evolve.ts';
export * from './message/message.ts';
export * from './message/report.ts';
export { type Spoken, spokenParts } from './message/spoken.ts';
export { type MessageTransition, type RecordOptions, recordTransition } from './message/transition.ts';
export { webhookUrlFault } from './message/webhook-url.ts';
export * from './names.ts';
export * from './order.ts';
export * from './prospect/company.ts';
export * from './prospect/prospect.ts';
export { reasonOf } from './reason.ts';
export { outcomesOf } from './recorded-types.ts';
export { type Fault, type Place, readText, type SourceText } from './text/source-text.ts';
export * from './time/index.ts';
export * from './upcast.ts';
