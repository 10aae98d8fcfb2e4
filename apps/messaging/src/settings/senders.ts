import type { Fault } from '@herald/service';
import { Type } from 'typebox';
import { emailAddress, isHeaderSafe } from '../addresses/email-address.ts';
import { isSenderName, phoneNumber } from '../addresses/phone-number.ts';
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
            description: 'a number such as +14155550100, or a name of up to 11 letters and digits',
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
    if (email !== undefined && emailAddress(email.from.email) !== email.from.email)
      wrong('email/from/email', 'must be one mail address');
    if (email?.from.name !== undefined && !isHeaderSafe(email.from.name))
      wrong('email/from/name', 'must not have line breaks or control characters');
    if (email?.replyTo !== undefined && emailAddress(email.replyTo) !== email.replyTo)
      wrong('email/replyTo', 'must be one mail address');
    if (sms !== undefined && phoneNumber(sms.from) !== sms.from && !isSenderName(sms.from))
      wrong('sms/from', 'must be a number such as +14155550100, or a name of up to 11 letters and digits');
    if (call !== undefined && phoneNumber(call.from) !== call.from)
      wrong('call/from', 'must be a number such as +14155550100');
    return errors;
  },
};
