import { type Static, Type } from 'typebox';
import { strict } from '../fields.ts';
import { type SendStep, sendKind, template } from './send.ts';

const message = Type.Object({ template }, strict);

export type EmailStep = SendStep<'email', Static<typeof message>>;

/** Sends an e-mail. */
export const email = sendKind<'email', Static<typeof message>>('email', message);
