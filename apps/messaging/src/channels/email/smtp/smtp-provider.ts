import type { Socket } from 'node:net';
import { REFERENCE_HEADER } from '@herald/contracts';
import { createTransport, type SendMailOptions } from 'nodemailer';
import DKIM from 'nodemailer/lib/dkim';
import type { Provider } from '../../../providers/provider.ts';
import { listUnsubscribe } from '../list-unsubscribe.ts';
import { headerId, ID_HEADER } from '../mail-id.ts';
import type { OutgoingEmail } from '../message.ts';
import { outcomeOfFailure, type SmtpFailure } from './outcome.ts';

export interface SmtpOptions {
  /** `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. */
  readonly url?: string;
  /** In place of `url`: the mail server of a workspace. */
  readonly server?: SmtpServer;
  /** ms of wall time for one message, from asking for a connection to the server's last word. */
  readonly timeout?: number;
  /** Connections held open at once. */
  readonly connections?: number;
}

interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** `starttls`: required of the server. */
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly auth?: { readonly user: string; readonly pass: string };
  /** Opens each connection: it decides what may be called. */
  readonly connect: () => Promise<Socket>;
}

/** ms of wall time within which a server must be reached and say hello. */
const REACH = 15_000;

/**
 * E-mail over SMTP. Connections are pooled; nodemailer puts a message on another one only while none of it
 * has been sent.
 */
export function createSmtpProvider({
  url,
  server,
  timeout = 45_000,
  connections = 5,
}: SmtpOptions): Provider<OutgoingEmail> {
  const transport = createTransport({
    ...(server === undefined ? { url } : serverOptions(server)),
    pool: true,
    maxConnections: connections,
    connectionTimeout: Math.min(REACH, timeout),
    greetingTimeout: Math.min(REACH, timeout),
    dnsTimeout: Math.min(REACH, timeout),
    socketTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const underWay = new Map<unknown, UnderWay>();
  transport.use('stream', (mail, done) => {
    mail.message.processFunc((content) => {
      const { contents, signer } = underWay.get(mail.data.messageId) ?? {};
      // Not by nodemailer's own option: its signer would read all of `content` before any of it leaves.
      const leaving = signer === undefined ? content : signer.sign(content);
      contents?.push(leaving);
      return leaving;
    });
    done();
  });

  return {
    channel: 'email',
    name: 'smtp',
    timeout,
    connections,
    async send(message) {
      const mail = mailOf(message);
      const signal = AbortSignal.timeout(timeout);
      const contents: ContentStream[] = [];
      const hand = async (to: string | readonly string[]) => {
        underWay.set(mail.messageId, { contents, signer: signerFor(message) });
        return transport.sendMail({
          ...mail,
          // What comes back about a copy says nothing of the recipient.
          envelope: {
            from: (to === message.to && message.returnTo?.bounce) || message.from.email,
            to: [to].flat(),
          },
          signal,
        });
      };
      try {
        const sent = await hand(message.to);
        const leftOut = await handCopies(message, hand);
        return {
          kind: 'sent',
          ...(sent.serverMessageId && { providerId: sent.serverMessageId }),
          ...(leftOut.length > 0 && { leftOut }),
        };
      } catch (error) {
        // Content that was read from has left, at least in part.
        const started = contents.some(({ readableDidRead }) => readableDidRead);
        return outcomeOfFailure(error as SmtpFailure, started);
      } finally {
        underWay.delete(mail.messageId);
      }
    },
    async close() {
      transport.close();
    },
  };
}

/**
 * Copies are handed over after the recipient's mail was taken, and once: then whether the mail has left
 * depends on its recipient alone, and trying again sends no copy twice. Gives those that were refused,
 * without their addresses.
 */
async function handCopies(
  { copies }: OutgoingEmail,
  hand: (to: readonly string[]) => Promise<{ readonly rejectedErrors?: readonly SmtpFailure[] }>,
): Promise<readonly string[]> {
  const all = [...(copies?.cc ?? []), ...(copies?.bcc ?? [])];
  if (all.length === 0) return [];
  try {
    const { rejectedErrors = [] } = await hand(all);
    return rejectedErrors.map(({ responseCode }) => `a copy was refused: ${responseCode ?? 'no code'}`);
  } catch (error) {
    const { responseCode, code } = error as SmtpFailure;
    return [`the copies were not taken: ${responseCode ?? code ?? 'no code'}`];
  }
}

type Connected = (error: Error | null, socket?: { readonly connection: Socket }) => void;

const serverOptions = ({ host, port, tls, auth, connect }: SmtpServer) => ({
  host,
  port,
  secure: tls === 'implicit',
  requireTLS: tls === 'starttls',
  ignoreTLS: tls === 'none',
  ...(auth !== undefined && { auth: { ...auth } }),
  getSocket: (_options: object, done: Connected) =>
    void connect().then((connection) => done(null, { connection }), done),
});

/** A mail under way, by its Message-ID. */
interface UnderWay {
  /** The streams through which its content goes to a connection. */
  readonly contents: ContentStream[];
  readonly signer: DKIM | undefined;
}

interface ContentStream {
  readonly readableDidRead: boolean;
}

/**
 * What a signature covers of what Herald sends: RFC 6376, section 5.4.1; by RFC 8058, section 4, it must
 * cover both fields of one-click unsubscribing.
 */
const SIGNED = [
  ...['From', 'Sender', 'Reply-To', 'To', 'Cc', 'Subject', 'Date', 'Message-ID', ID_HEADER],
  ...['MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'],
  ...['List-Unsubscribe', 'List-Unsubscribe-Post'],
].join(':');

const signerFor = ({ dkim }: OutgoingEmail): DKIM | undefined =>
  dkim === undefined
    ? undefined
    : new DKIM({
        domainName: dkim.domain,
        keySelector: dkim.selector,
        privateKey: dkim.privateKey,
        headerFieldNames: SIGNED,
      });

function mailOf(message: OutgoingEmail): SendMailOptions {
  const { from, to, copies, files = [], replyTo, subject, html, text, unsubscribe } = message;
  const { returnTo, reference } = message;
  const id = headerId(message.messageId);
  const host = from.email.slice(from.email.lastIndexOf('@') + 1);
  return {
    from: { name: from.name ?? '', address: from.email },
    to: { name: '', address: to },
    ...(copies !== undefined && { cc: copies.cc.map((address) => ({ name: '', address })) }),
    ...(replyTo === undefined ? {} : { replyTo: { name: '', address: replyTo } }),
    subject,
    text,
    ...(html === undefined ? {} : { html }),
    ...(files.length > 0 && {
      attachments: files.map((file) => ({
        ...file,
        contentDisposition: file.cid === undefined ? ('attachment' as const) : ('inline' as const),
      })),
    }),
    messageId: `<${id}@${host}>`,
    xMailer: false,
    headers: {
      [ID_HEADER]: id,
      // Comes back with the mail's header where a report has no address of its own to come to. Not in copies:
      // nobody could tell who complains.
      ...(reference === undefined || returnTo === undefined || copies !== undefined
        ? {}
        : { [REFERENCE_HEADER]: { prepared: true, value: reference } }),
      ...(unsubscribe === undefined ? {} : unsubscribeHeaders(unsubscribe, returnTo)),
    },
  };
}

/** Prepared: not folded, because some receivers fail to verify a folded one under DKIM. */
const unsubscribeHeaders = (...to: Parameters<typeof listUnsubscribe>) => ({
  'List-Unsubscribe': { prepared: true, value: listUnsubscribe(...to) },
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
});
