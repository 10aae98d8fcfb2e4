import { once } from 'node:events';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** A mail as it was delivered. */
export interface Mail {
  readonly to: string;
  readonly parsed: ParsedMail;
}

export interface Inbox {
  readonly url: string;
  readonly mails: readonly Mail[];
  /** Addresses that were turned away, once for each try. */
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

export interface InboxOptions {
  /** ms before it says that it has taken a mail; 0 unless told. */
  readonly answerAfter?: number;
}

/** A mail server on a free loopback port that keeps what it gets. It has no mailboxes at `gone.example`, and says so (550). */
export async function openInbox({ answerAfter = 0 }: InboxOptions = {}): Promise<Inbox> {
  const mails: Mail[] = [];
  const refused: string[] = [];
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
        for (const { address } of session.envelope.rcptTo) mails.push({ to: address, parsed });
        setTimeout(done, answerAfter);
      }, done);
    },
  });
  server.on('error', () => {
    // A client that drops its connection; what it meant to deliver shows in the checks.
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
