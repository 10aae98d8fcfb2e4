import { type ConsentEffect, collections, type SettingsDocument } from '@herald/contracts';
import {
  causedBy,
  deriveId,
  type Event,
  type MessageState,
  newEvent,
  parseMessageType,
} from '@herald/domain';
import type { Store } from '@herald/store';
import type { Settings } from '../settings/settings.ts';

/**
 * What a bounce, a complaint or an opt-out at a provider means for the person, as events on their stream. It
 * is decided once, here, and stored with the message that caused it. So a replay gives the same consent,
 * whatever the settings are then.
 */
export type Consequences = (recorded: {
  readonly event: Event;
  readonly state: MessageState;
}) => Promise<readonly Event[]>;

export interface ConsequencesDeps {
  readonly store: Store;
  readonly settings: Pick<Settings, 'of'>;
}

const SOFT_AFTER = 5;
/** At most so many of a person's latest messages are read to find soft bounces in a row. */
const LOOKED_AT = 100;

export function createConsequences({ store, settings }: ConsequencesDeps): Consequences {
  const messages = store.collection(collections.messages);

  /** Whether the latest `count` messages to the address, this one among them, bounced softly. */
  const isInARow = async (workspace: string, state: MessageState, count: number): Promise<boolean> => {
    const page = await messages.find({
      index: 'byProspect',
      equals: [workspace, state.prospectId],
      reverse: true,
      limit: LOOKED_AT,
    });
    const before = page.items
      .map((doc) => doc.state)
      .filter(
        ({ messageId, channel, to, attempts }) =>
          messageId !== state.messageId && channel === state.channel && to === state.to && attempts > 0,
      )
      .slice(0, count - 1);
    return before.length === count - 1 && before.every(({ bounce }) => bounce === 'soft');
  };

  const effectOf = async (event: Event, state: MessageState): Promise<Because | undefined> => {
    const { onBounce = {}, onComplaint = 'unsubscribe' }: Policy = settings.of(event.workspace);
    if (parseMessageType(event.type)?.outcome === 'complained')
      return { effect: onComplaint, reason: 'complaint' };
    if (event.data.optedOut === true) return { effect: 'unsubscribe', reason: 'told to the provider' };
    // Only what this event says: an earlier bounce has had its effect.
    if (event.data.bounce === 'hard') return { effect: onBounce.hard ?? 'suppress', reason: 'hard_bounce' };
    const { softAfter = SOFT_AFTER } = onBounce;
    if (event.data.bounce !== 'soft' || softAfter === 0) return undefined;
    return (await isInARow(event.workspace, state, softAfter))
      ? { effect: 'suppress', reason: 'soft_bounces' }
      : undefined;
  };

  return async ({ event, state }) => {
    const because = await effectOf(event, state);
    if (because === undefined || because.effect === 'ignore') return [];
    const isAddress = because.effect === 'suppress';
    // Without an address the person was erased: nothing is recorded about them.
    if (isAddress && state.to === undefined) return [];
    const { channel, messageId, to } = state;
    const id = deriveId('consequence', event.id);
    return [
      newEvent(
        {
          workspace: event.workspace,
          id,
          stream: event.stream,
          type: isAddress ? 'prospect.suppressed' : 'prospect.unsubscribed',
          occurredAt: event.occurredAt,
          receivedAt: event.receivedAt,
          source: 'messaging',
          data: {
            ...{ channel, reason: because.reason, messageId },
            ...(isAddress && to !== undefined ? { address: to } : {}),
          },
        },
        causedBy(event),
      ),
    ];
  };
}

interface Because {
  readonly effect: ConsentEffect;
  readonly reason: string;
}

type Policy = Pick<SettingsDocument, 'onBounce' | 'onComplaint'>;
