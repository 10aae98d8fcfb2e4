import { emailAddress, isHeaderSafe, type Mailbox, parseMailbox, readEmail } from '@herald/addresses';
import type { Fault } from '@herald/http';
import { Type } from 'typebox';
import type { ChannelSender } from '../channel.ts';

export const NO_SENDER =
  'neither the settings nor SENDER name a sender; set senders.email.from.email with PATCH /v1/settings';

const strict = { additionalProperties: false } as const;

const MailboxSetting = Type.Object(
  { email: Type.String({ maxLength: 254 }), name: Type.Optional(Type.String({ maxLength: 100 })) },
  strict,
);

export const emailSender: ChannelSender<'email'> = {
  setting: Type.Object(
    { from: MailboxSetting, replyTo: Type.Optional(Type.String({ maxLength: 254 })) },
    strict,
  ),
  faults({ from, replyTo }) {
    const errors: Fault[] = [];
    const check = (path: string, message: string | undefined): void => {
      if (message !== undefined) errors.push({ path, message });
    };
    check('/from/email', addressFault(from.email));
    if (from.name !== undefined && !isHeaderSafe(from.name))
      check('/from/name', 'must not have line breaks or control characters');
    if (replyTo !== undefined) check('/replyTo', addressFault(replyTo));
    return errors;
  },
  of({ senders, defaultSender }) {
    const from = senders.email?.from ?? defaultSender;
    if (from === undefined) return { missing: NO_SENDER };
    return {
      from: shown({ ...from, email: emailAddress(from.email) ?? from.email }),
      setBy: senders.email === undefined ? 'installation' : 'settings',
    };
  },
  whenUnset: (hasDefaultSender) =>
    hasDefaultSender ? 'mail comes from the installation’s SENDER.' : 'mail fails as no_sender.',
};

function addressFault(address: string): string | undefined {
  const read = readEmail(address);
  if ('fault' in read) return read.fault;
  return read.written === address ? undefined : `must be written as ${read.written}`;
}

const shown = ({ name, email }: Mailbox): string => (name === undefined ? email : `${name} <${email}>`);

/** The configured sender. Throws if it is not a mailbox: the start must fail then. */
export function parseDefaultSender(text: string | undefined): Mailbox | undefined {
  if (text === undefined) return undefined;
  const mailbox = parseMailbox(text);
  if (mailbox === undefined)
    throw new Error('SENDER must be an address, or a name and an address: Herald <news@example.com>');
  return mailbox;
}
