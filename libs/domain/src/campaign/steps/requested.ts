import { type EventOf, keepAll, type RulesByType } from '../../enrollment/event-rules.ts';
import { withStepDone } from '../../enrollment/state.ts';
import { type Channel, channelName, lineOf } from '../../message/channel.ts';

/** A message is requested. */
export type RequestedEvent = EventOf<
  'enrollment.requested',
  {
    readonly stepId: string;
    readonly messageId: string;
    readonly channel: Channel;
    readonly template: string;
    /** Where a webhook goes. */
    readonly url?: string;
    /** The message before it: until that one has left or has ended, this one does not leave. */
    readonly after?: string;
    /** The run does not wait for it, and no later message stays behind it. */
    readonly then?: 'dontWait';
  }
>;

/** The event of every step that sends, once its message may leave. */
export const requestedEvents: RulesByType<RequestedEvent> = {
  'enrollment.requested': {
    evolve(state, { occurredAt, data: { stepId, messageId, channel, then } }) {
      const { wait: _over, ...rest } = state;
      const asked = withStepDone(rest, occurredAt, stepId, { outcome: 'requested', messageId });
      const lastAsked = { ...state.lastAsked, [lineOf(channel)]: messageId };
      return { ...asked, clock: occurredAt, ...(then === undefined && { lastAsked }) };
    },
    redact: keepAll,
    explain({ campaignId, stepId, channel, template, then }) {
      const goesOn = then === undefined ? '' : ' and waits for nothing';
      return {
        what: `asked for ${channelName(channel)} ${template}`,
        why: `step ${stepId} of ${campaignId} sends it${goesOn}`,
      };
    },
  },
};
