import type { Bounce } from '@herald/domain';

/**
 * Twilio's error codes that say something about the recipient's number. All others are about the sender, the
 * content or the carrier: 30004 and 30007 (blocked, filtered), 30008 (unknown) and so on.
 * https://www.twilio.com/docs/api/errors
 */
const BOUNCES: Readonly<Record<string, Bounce>> = {
  '21211': 'hard', // not a valid number
  '21214': 'hard', // a number that cannot be reached
  '21217': 'hard', // not a valid number
  '21614': 'hard', // not a mobile number
  '30003': 'soft', // the phone is off or out of reach
  '30005': 'hard', // unknown, or no longer in service
  '30006': 'hard', // a landline, or a carrier that accepts no texts
};

/** What a Twilio error code says about the number; undefined if nothing. */
export const twilioBounce = (code: string | number | undefined): Bounce | undefined =>
  code === undefined ? undefined : BOUNCES[String(code)];

/** Whether a code says that the person has sent STOP. */
export const isTwilioOptOut = (code: string | number | undefined): boolean => String(code) === '21610';
