import { type Static, Type } from 'typebox';
import { strict } from '../fields.ts';
import { type SendStep, sendKind, template } from './send.ts';

const message = Type.Object({ template }, strict);

export type SmsStep = SendStep<'sms', Static<typeof message>>;

/** Sends a text message. */
export const sms = sendKind<'sms', Static<typeof message>>('sms', message);
