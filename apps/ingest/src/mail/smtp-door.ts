import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { readReturnAddress } from '@herald/contracts';
import type { Log } from '@herald/log';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions } from 'smtp-server';
import type { IngestMetrics } from '../metrics.ts';
import { READ } from './read-mail.ts';
import type { Received, ReceiveMail } from './receive-mail.ts';

/** Takes mail that comes back by SMTP, for the addresses of this installation and for no other. */
export interface SmtpDoor {
  /** Rejects if the port is not free. */
  start(): Promise<void>;
  /** Ends idle sessions at once, others within seconds. */
  stop(): Promise<void>;
  /** Once it has started. */
  port(): number;
}

export interface SmtpDoorDeps {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly bounceAddress: string;
  readonly linkSecret: string;
  readonly receive: ReceiveMail;
  readonly log: Log;
  readonly metrics: Pick<IngestMetrics, 'returnedMails'>;
  /** PEM. Absent: no STARTTLS. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
}

/** bytes. Some servers return the whole mail; what is beyond `READ` is not kept. */
const SIZE = 20 * 1024 * 1024;
const CLIENTS = 100;
const RECIPIENTS = 10;
/** ms without a byte. */
const IDLE = 60_000;
/** ms that open sessions have to end. */
const CLOSE = 3_000;

/** A reply by RFC 5321 and RFC 3463. */
const reply = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode });

const REFUSED: { readonly [R in Received]?: Error } = {
  unknown: reply(550, '5.6.0 nobody reads this address: it takes reports about mail that it has sent'),
  unreadable: reply(550, '5.6.0 this cannot be read as a mail'),
};

export function createSmtpDoor(deps: SmtpDoorDeps): SmtpDoor {
  const { host, bounceAddress, linkSecret, receive, log, metrics, tls } = deps;
  const count = (result: string): void => metrics.returnedMails.inc({ door: 'smtp', result });

  const options: SMTPServerOptions = {
    name: bounceAddress.slice(bounceAddress.lastIndexOf('@') + 1),
    banner: 'Herald takes reports about its mail',
    disabledCommands: tls === undefined ? ['AUTH', 'STARTTLS'] : ['AUTH'],
    ...tls,
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    size: SIZE,
    rejectOversized: true,
    maxClients: CLIENTS,
    maxRecipients: RECIPIENTS,
    socketTimeout: IDLE,
    closeTimeout: CLOSE,
    onRcptTo({ address }, _session, done) {
      const read = readReturnAddress(bounceAddress, address, linkSecret);
      if (read === undefined) {
        count('relay');
        return done(reply(550, '5.7.1 this server takes no mail for that address'));
      }
      if (read !== 'forged') return done();
      count('forged');
      done(reply(550, '5.1.1 no such address'));
    },
    async onData(stream, session, done) {
      const raw = await firstBytes(stream).catch(() => undefined);
      // The client is gone, and will send it again.
      if (raw === undefined) return;
      if (stream.sizeExceeded) {
        count('too_large');
        return done(null);
      }
      try {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        const received = await receive(raw, recipients);
        count(received);
        done(REFUSED[received] ?? null, 'recorded');
      } catch (err) {
        count('unavailable');
        log.warn({ err }, 'a mail that came back could not be stored; its sender will try again');
        done(reply(451, '4.3.0 this could not be stored now; send it again'));
      }
    },
  };
  const server = new SMTPServer(options);
  // Of a connection: broken off, or not SMTP at all.
  server.on('error', (err) => log.debug({ err }, 'a session of a mail server failed'));

  return {
    async start() {
      const listening = once(server.server, 'listening');
      server.listen(deps.port, host);
      await listening;
      log.info({ host, port: this.port() }, 'taking mail that comes back');
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
    port: () => (server.server.address() as AddressInfo | null)?.port ?? deps.port,
  };
}

/** The beginning of a mail. The rest is read, and forgotten. */
async function firstBytes(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (length < READ) chunks.push(chunk.subarray(0, READ - length));
    length += chunk.length;
  }
  return Buffer.concat(chunks);
}
