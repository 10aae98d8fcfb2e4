import { createHash } from 'node:crypto';
import type { Broker } from '@herald/broker';
import {
  type MessageReference,
  REFERENCE_HEADER,
  type ReadReturnAddress,
  type ReturnAddress,
  readMessageReference,
  readReturnAddress,
  returnedMessage,
} from '@herald/contracts';
import { deriveId } from '@herald/domain';
import type { CallbackDeps } from '../callbacks/deps.ts';
import { reportEvent } from '../callbacks/report-event.ts';
import type { ReturnReport } from './meaning/meaning.ts';
import { meaningOf } from './meaning/meaning-of.ts';
import { headerOf, type ReadMail, readMail } from './read-mail.ts';

/** What became of a mail. `recorded`: what it says is durable. The others change nothing. */
export type Received =
  | 'recorded'
  /** It is understood, and changes nothing. */
  | 'ignored'
  /** It is understood, but names no message of this installation. */
  | 'foreign'
  /** Its address was not signed here. */
  | 'forged'
  /** A mail of a person, or in a form that nobody knows. */
  | 'unknown'
  /** It cannot be read as a mail. */
  | 'unreadable';

/**
 * Takes a mail that came to these addresses; without them, to those in its header. Resolves when what it says
 * is durable in the broker; rejects if that was not confirmed. The same mail again is the same event.
 */
export type ReceiveMail = (raw: Buffer, recipients?: readonly string[]) => Promise<Received>;

export interface ReceiveMailDeps extends Pick<CallbackDeps, 'clock' | 'linkSecret' | 'publishEvents'> {
  readonly broker: Pick<Broker, 'publish'>;
  readonly bounceAddress: string;
}

const SOURCE = 'callbacks/mail';
const REFERENCE = new RegExp(`^${REFERENCE_HEADER}:\\s*([\\w-]+\\.[\\w-]+)`, 'im');

export function createReceiveMail(deps: ReceiveMailDeps): ReceiveMail {
  const { clock, linkSecret, bounceAddress, broker, publishEvents } = deps;

  const publish = (address: ReturnAddress, key: string, reported: ReturnReport | undefined) => {
    const { messageId, workspaceTag } = address;
    const id = deriveId('returned', messageId, key);
    const receivedAt = clock.now();
    return broker.publish([returnedMessage({ id, messageId, workspaceTag, reported, receivedAt })]);
  };

  return async (raw, recipients) => {
    const mail = await readMail(raw);
    if (mail === undefined) return 'unreadable';
    const key = keyOf(mail, raw);
    const addresses = (recipients ?? recipientsIn(mail)).map((recipient) =>
      readReturnAddress(bounceAddress, recipient, linkSecret),
    );
    const address = addresses.find(isSigned);
    if (address === undefined && addresses.includes('forged')) return 'forged';
    const meaning = meaningOf(mail);
    // To unsubscribe, a person writes; a program that answers by itself does not.
    if (address?.use === 'unsubscribe') {
      if (meaning.kind !== 'unknown') return 'ignored';
      await publish(address, key, undefined);
      return 'recorded';
    }
    if (meaning.kind !== 'report') return meaning.kind;
    const reference = address === undefined ? referenceIn(mail, linkSecret) : undefined;
    if (address !== undefined) await publish(address, key, meaning.reported);
    else if (reference !== undefined) {
      const origin = { source: SOURCE, key: [key], at: clock.now() };
      const reported = { provider: 'smtp', ...meaning.reported };
      await publishEvents([reportEvent(reference, reported, origin, clock)]);
    } else return 'foreign';
    return 'recorded';
  };
}

const isSigned = (address: ReadReturnAddress | undefined): address is ReturnAddress =>
  typeof address === 'object';

/** Where servers write the envelope's recipient, and where the sender of a report does. */
const RECIPIENT_HEADERS = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'to', 'cc'];
const ADDRESS = /[^\s<>,;:"()]{1,64}@[^\s<>,;:"()]{1,255}/g;
const MAX_RECIPIENTS = 50;

const recipientsIn = ({ headers }: ReadMail): string[] =>
  RECIPIENT_HEADERS.flatMap((name) => headers.get(name) ?? [])
    .flatMap((value) => value.match(ADDRESS) ?? [])
    .slice(0, MAX_RECIPIENTS);

/** The mail's own id; many reports of one message have different ones. */
function keyOf(mail: ReadMail, raw: Buffer): string {
  const id = headerOf(mail, 'message-id');
  return createHash('sha256')
    .update(id === '' ? raw : id)
    .digest('base64url');
}

/** The message whose copy, or whose header, the report returns. */
function referenceIn(mail: ReadMail, linkSecret: string): MessageReference | undefined {
  for (const text of [...mail.parts.map((part) => part.text), mail.text]) {
    const [, token = ''] = REFERENCE.exec(text) ?? [];
    const reference = readMessageReference(linkSecret, token);
    if (reference?.channel === 'email') return reference;
  }
  return undefined;
}
