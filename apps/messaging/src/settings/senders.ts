import { isHeaderSafe, readEmail } from '@herald/addresses';
import type { Fault } from '@herald/http';
import { Type } from 'typebox';
import { callSenderFault, SMS_SENDER, smsSenderFault } from '../addresses/sms-sender.ts';
import type { SettingsArea } from './area.ts';

const strict = { additionalProperties: false } as const;

const Mailbox = Type.Object(
  { email: Type.String({ maxLength: 254 }), name: Type.Optional(Type.String({ maxLength: 100 })) },
  strict,
);
const Senders = Type.Object(
  {
    email: Type.Optional(
      Type.Object({ from: Mailbox, replyTo: Type.Optional(Type.String({ maxLength: 254 })) }, strict),
    ),
    sms: Type.Optional(
      Type.Object(
        {
          from: Type.String({
            maxLength: 40,
            description: SMS_SENDER,
          }),
        },
        strict,
      ),
    ),
    call: Type.Optional(
      Type.Object(
        { from: Type.String({ maxLength: 40, description: 'a number such as +14155550100' }) },
        strict,
      ),
    ),
    webhook: Type.Optional(
      Type.Object(
        {
          secret: Type.String({
            pattern: '^[a-z0-9][a-z0-9_-]{0,62}$',
            description: 'the name of the secret that signs webhooks; `webhook` unless told',
          }),
        },
        strict,
      ),
    ),
  },
  strict,
);

export const senderFields = { senders: Type.Optional(Senders) };

/** Whom messages come from. */
export const senderSettings: SettingsArea = {
  fields: senderFields,
  faults({ senders = {} }) {
    const errors: Fault[] = [];
    const wrong = (path: string, message: string): void =>
      void errors.push({ path: `/senders/${path}`, message });
    const { email, sms, call } = senders;
    const mailFault = (address: string): string | undefined => {
      const read = readEmail(address);
      if ('fault' in read) return read.fault;
      return read.written === address ? undefined : `must be written as ${read.written}`;
    };
    const check = (path: string, fault: string | undefined): void => {
      if (fault !== undefined) wrong(path, fault);
    };
    if (email !== undefined) check('email/from/email', mailFault(email.from.email));
    if (email?.from.name !== undefined && !isHeaderSafe(email.from.name))
      wrong('email/from/name', 'must not have line breaks or control characters');
    if (email?.replyTo !== undefined) check('email/replyTo', mailFault(email.replyTo));
    if (sms !== undefined) check('sms/from', smsSenderFault(sms.from));
    if (call !== undefined) check('call/from', callSenderFault(call.from));
    return errors;
  },
};
