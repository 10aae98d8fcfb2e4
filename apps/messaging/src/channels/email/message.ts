import { emailAddress, isHeaderSafe, type Mailbox } from '@herald/addresses';
import { TemplateError } from '@herald/templates';
import type { Outgoing } from '../../providers/provider.ts';
import { type Envelope, NoSenderError } from '../channel.ts';
import type { DkimKey } from './dkim/read-keys.ts';
import type { OutgoingCopies } from './outgoing-copies.ts';
import type { OutgoingFile } from './outgoing-file.ts';
import type { ReturnAddresses } from './return-path.ts';
import { NO_SENDER } from './sender.ts';
import type { EmailContent } from './template.ts';

/** One e-mail to one person, ready to leave. Nothing in it can end a header and begin another. */
export interface OutgoingEmail extends Outgoing {
  readonly channel: 'email';
  readonly from: Mailbox;
  readonly to: string;
  /** Others who get it. */
  readonly copies?: OutgoingCopies;
  readonly files?: readonly OutgoingFile[];
  readonly replyTo?: string;
  readonly subject: string;
  readonly html?: string;
  readonly text: string;
  /** Where one click ends the subscription (RFC 8058); absent for what is owed, such as a receipt. */
  readonly unsubscribe?: string;
  /** Where it comes back to; absent: to `from`. */
  readonly returnTo?: ReturnAddresses | undefined;
  /** Signs it where Herald hands it to a mail server. A `KeyObject`: it shows in no log and no JSON. */
  readonly dkim?: DkimKey | undefined;
}

export function outgoingEmail(
  { cc: _cc, bcc: _bcc, files: _planned, ...content }: EmailContent,
  envelope: Envelope,
): OutgoingEmail {
  const {
    workspace,
    messageId,
    reference,
    to,
    unsubscribe,
    senders,
    defaultSender,
    copies,
    files = [],
  } = envelope;
  const { from = defaultSender, replyTo } = senders.email ?? {};
  if (from === undefined) throw new NoSenderError(NO_SENDER);
  refuseUnsafe(to, from.email, from.name, replyTo, content.subject, messageId);
  refuseUnsafe(...(copies?.cc ?? []), ...(copies?.bcc ?? []));
  refuseUnsafe(...files.flatMap(({ filename, contentType }) => [filename, contentType]));
  // In ASCII, which every provider takes.
  const email = emailAddress(from.email) ?? from.email;
  return {
    ...content,
    messageId,
    ...(reference === undefined ? {} : { reference }),
    from: { ...from, email },
    dkim: envelope.dkim?.for(workspace, email, envelope.isAccount === true),
    // An account’s server may not send for the installation's domain (SPF).
    returnTo: envelope.isAccount ? undefined : envelope.returnPath?.(workspace, messageId),
    to,
    ...(copies && { copies }),
    ...(files.length > 0 && { files }),
    ...(replyTo === undefined ? {} : { replyTo: emailAddress(replyTo) ?? replyTo }),
    ...(unsubscribe === undefined ? {} : { unsubscribe }),
  };
}

/**
 * Each of these becomes a header and was checked where it came in. It is checked again here, so that header
 * injection does not depend on one place.
 */
function refuseUnsafe(...headers: readonly (string | undefined)[]): void {
  if (headers.some((text) => text !== undefined && !isHeaderSafe(text)))
    throw new TemplateError([{ reason: 'something in its headers has a line break or a control character' }]);
}
