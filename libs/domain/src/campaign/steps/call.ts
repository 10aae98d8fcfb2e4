import { type Static, Type } from 'typebox';
import { strict } from '../fields.ts';
import { type SendStep, sendKind, template } from './send.ts';

const message = Type.Object({ template }, strict);

export type CallStep = SendStep<'call', Static<typeof message>>;

/** Calls by telephone. */
export const call = sendKind<'call', Static<typeof message>>('call', message);
