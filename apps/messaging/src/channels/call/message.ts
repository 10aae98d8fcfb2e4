import type { Spoken } from '@herald/domain';
import type { Outgoing } from '../../providers/provider.ts';
import type { Envelope } from '../channel.ts';
import type { CallContent, MenuChoice } from './template.ts';

/** One phone call. */
export interface OutgoingCall extends Outgoing {
  readonly channel: 'call';
  /** E.164. Absent: the provider's own. */
  readonly from?: string;
  /** E.164. */
  readonly to: string;
  readonly script: readonly Spoken[];
  /** A voice of the provider's; absent: its default. */
  readonly voice?: string;
  /** BCP 47; absent: the provider's default. */
  readonly language?: string;
  /** Empty: nothing can be pressed. */
  readonly menu: readonly MenuChoice[];
}

export const outgoingCall = (
  content: CallContent,
  { messageId, reference, to, senders }: Envelope,
): OutgoingCall => ({
  ...content,
  messageId,
  ...(reference === undefined ? {} : { reference }),
  to,
  ...senders.call,
});
