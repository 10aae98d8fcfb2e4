import type { Outgoing } from '../../providers/provider.ts';
import type { Envelope } from '../channel.ts';
import type { SmsContent } from './template.ts';

/** One text message to one phone. */
export interface OutgoingSms extends Outgoing {
  readonly channel: 'sms';
  /**
   * E.164, a short code, the alphanumeric name that stands for one, or the SID of a messaging service.
   * Absent: the provider's own.
   */
  readonly from?: string;
  /** E.164. */
  readonly to: string;
  readonly text: string;
}

export const outgoingSms = (
  { channel, text }: SmsContent,
  { messageId, reference, to, senders }: Envelope,
): OutgoingSms => ({
  channel,
  messageId,
  ...(reference === undefined ? {} : { reference }),
  text,
  to,
  ...senders.sms,
});
