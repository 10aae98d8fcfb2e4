import { emailAddress, phoneNumber } from '@herald/addresses';
import { type Channel, type JsonObject, webhookUrlFault } from '@herald/domain';

/**
 * Where a message goes, or undefined: by e-mail and phone it is the person's own, a webhook goes where the
 * campaign says.
 */
export const addressFor = (
  channel: Channel,
  { email, phone }: JsonObject,
  url: string | undefined,
): string | undefined => addressOf(channel, { email, sms: phone, call: phone, webhook: url }[channel]);

/** What an address of a channel is, for people. */
export const addressWords: Readonly<Record<Channel, string>> = {
  email: 'one mail address',
  sms: 'a phone number such as +14155550100',
  call: 'a phone number such as +14155550100',
  webhook: 'a URL such as https://crm.example/hook',
};

/**
 * An address of a channel in the form in which it is used, or undefined for what is none. `country`: where a
 * national number belongs.
 */
export function addressOf(channel: Channel, value: unknown, country?: string): string | undefined {
  switch (channel) {
    case 'email':
      return emailAddress(value);
    case 'sms':
    case 'call':
      return phoneNumber(value, country);
    case 'webhook':
      return typeof value === 'string' && webhookUrlFault(value) === undefined ? value : undefined;
    default: {
      const unknown: never = channel;
      return unknown;
    }
  }
}

/**
 * The same as it is kept and shown: of a URL the server alone, for its path or query can be a receiver's key.
 */
export const shownAddress = (channel: Channel, address: string): string =>
  channel === 'webhook' ? new URL(address).origin : address;
