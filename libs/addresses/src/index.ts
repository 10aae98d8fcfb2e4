/**
 * Addresses of people: which are valid, in which form they are kept and compared, and what a refusal says
 * about them. Pure.
 */
export { emailAddress, isHeaderSafe, type Mailbox, parseMailbox, readEmail } from './email.ts';
export { isCountry, phoneNumber, readPhone } from './phone.ts';
export { type Refusal, refusalOf } from './refusals.ts';
export { formsOf } from './renumbered.ts';
export { isTwilioOptOut, twilioBounce } from './twilio-errors.ts';
