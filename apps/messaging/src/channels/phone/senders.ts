import { phoneNumber } from '@herald/addresses';
import type { Fault } from '@herald/http';
import type { Sender, SenderContext } from '../channel.ts';

/** A messaging service of Twilio's: it chooses among its numbers. */
export const isMessagingService = (text: string): boolean => /^MG[0-9a-fA-F]{32}$/.test(text);

/** A short code: three to eight digits that one country's networks know. */
const isShortCode = (text: string): boolean => /^[1-9]\d{2,7}$/.test(text);

/**
 * A name of up to eleven letters, digits, spaces and + - _ &, at least one of them a letter, that stands for
 * a number.
 */
const isSenderName = (text: string): boolean =>
  /^[A-Za-z0-9+_&-](?:[A-Za-z0-9 +_&-]{0,9}[A-Za-z0-9+_&-])?$/.test(text) && /[A-Za-z]/.test(text);

export const SMS_SENDER =
  'a number such as +14155550100, a short code, a name of up to 11 letters and digits, or a messaging ' +
  'service of Twilio (MG and 32 characters)';

/** The fault of a sender of texts, or undefined. */
export function smsSenderFault(text: string): string | undefined {
  if (isMessagingService(text) || isShortCode(text) || isSenderName(text)) return undefined;
  return numberFault(text, `must be ${SMS_SENDER}`);
}

/** The fault of a number that calls come from, or undefined. */
export function callSenderFault(text: string): string | undefined {
  if (isMessagingService(text))
    return 'must be a number such as +14155550100: a messaging service sends texts and cannot call';
  return numberFault(text, 'must be a number such as +14155550100');
}

/** A sender must be written in the form in which it is sent. */
function numberFault(text: string, fault: string): string | undefined {
  const number = phoneNumber(text);
  if (number === text) return undefined;
  return number === undefined ? fault : `must be written as ${number}`;
}

/** The faults of a setting `from`. */
export const fromFaults = (message: string | undefined): Fault[] =>
  message === undefined ? [] : [{ path: '/from', message }];

/** What the workspace has set, else the provider's own. `setUp`: how to have one. */
export function phoneSender(
  channel: 'sms' | 'call',
  { senders }: SenderContext,
  own: string | undefined,
  setUp: string,
): Sender {
  const from = senders[channel]?.from;
  if (from !== undefined) return { from, setBy: 'settings' };
  return own === undefined ? { missing: setUp } : { from: own, setBy: 'installation' };
}

export const whenPhoneSenderUnset = (): string =>
  'they come from what the provider has, or fail as no_sender.';
