/**
 * Servers that behave as the vendors' documentation says, for tests and the demo. They keep what is sent to
 * them, and report back.
 */
export { type Receiver, type ReceiverOptions, startReceiver } from './receiver/receiver.ts';
export type { ReceivedMail } from './sendgrid/mail.ts';
export type { SendGridEvent } from './sendgrid/report.ts';
export { type SendGrid, type SendGridOptions, startSendGrid } from './sendgrid/sendgrid.ts';
export type { VendorAnswer } from './server.ts';
export type { PlacedCall, ReceivedText } from './twilio/phone.ts';
export type { CallEnd, PhoneScript } from './twilio/scripts.ts';
export { startTwilio, type Twilio, type TwilioOptions } from './twilio/twilio.ts';
