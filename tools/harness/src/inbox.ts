import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** A mail that was delivered. */
export interface Mail {
  readonly to: string;
  readonly parsed: ParsedMail;
}

export interface Inbox {
  readonly url: string;
  readonly mails: readonly Mail[];
  /** The addresses that were refused, once for each attempt. */
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

/**
 * `take`: kept and confirmed. `drop`: kept, and the connection is cut without an answer. `defer`: not kept,
 * "try again later" (451).
 */
export type Fate = 'take' | 'drop' | 'defer';

export interface InboxOptions {
  /** ms before a mail is answered; a function for a time of its own for each mail. Default: 0. */
  readonly answerAfter?: number | (() => number);
  /** What happens to the n-th mail, from 1, once all of it has arrived. Default: it is taken. */
  readonly fate?: (n: number) => Fate;
}

const LATER = Object.assign(new Error('4.3.2 try again later'), { responseCode: 451 });

/**
 * A mail server on a free loopback port that keeps what it gets. Addresses at `gone.example` are refused: no
 * such mailbox (550).
 */
export async function openInbox({ answerAfter = 0, fate = () => 'take' }: InboxOptions = {}): Promise<Inbox> {
  const mails: Mail[] = [];
  const refused: string[] = [];
  const sockets = new Map<number, Socket>();
  const patience = typeof answerAfter === 'number' ? () => answerAfter : answerAfter;
  let count = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onRcptTo(address, _session, done) {
      if (!address.address.endsWith('@gone.example')) return done();
      refused.push(address.address);
      done(Object.assign(new Error('5.1.1 no such mailbox'), { responseCode: 550 }));
    },
    onData(stream, session, done) {
      simpleParser(stream).then((parsed) => {
        count += 1;
        const becomes = fate(count);
        if (becomes !== 'defer')
          for (const { address } of session.envelope.rcptTo) mails.push({ to: address, parsed });
        setTimeout(() => {
          if (becomes === 'drop') sockets.get(session.remotePort)?.destroy();
          else if (becomes === 'defer') done(LATER);
          else done();
        }, patience());
      }, done);
    },
  });
  server.on('error', () => {
    // A client dropped its connection. Mails that are missing show in the checks.
  });
  server.server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
  });
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the inbox has no port');
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    mails,
    refused,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
