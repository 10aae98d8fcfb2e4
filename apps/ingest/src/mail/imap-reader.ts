import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@herald/log';
import { ImapFlow } from 'imapflow';
import type { IngestMetrics } from '../metrics.ts';
import { READ } from './read-mail.ts';
import type { Received, ReceiveMail } from './receive-mail.ts';

/**
 * Reads mail that comes back from a mailbox, as it arrives. A mail is moved out of the folder only when what
 * it says is durable. Several replicas may read one mailbox: a mail that two of them have read is one event.
 */
export interface ImapReader {
  /** Returns at once: a mailbox that is away is tried again and again. */
  start(): void;
  stop(): Promise<void>;
}

export interface ImapReaderDeps {
  /** `imaps://user:password@host:993/INBOX`; the path is the folder. */
  readonly url: string;
  readonly receive: ReceiveMail;
  readonly log: Log;
  readonly metrics: Pick<IngestMetrics, 'returnedMails' | 'mailboxReadable'>;
  /** ms of wall time between looks at a server that says nothing. Default: 60,000. */
  readonly every?: number;
  /** ms of wall time before the first attempt to connect again; doubles up to two minutes. Default: 1,000. */
  readonly rest?: number;
}

const LONGEST_REST = 120_000;
/** Where read mails are moved to: those that mean something here, and those that a person should look at. */
const READ_MAILS = ['Herald', 'Read'];
const OTHER_MAILS = ['Herald', 'Other'];
const FOR_PEOPLE: ReadonlySet<Received> = new Set(['unknown', 'unreadable', 'foreign', 'forged']);

export function createImapReader(deps: ImapReaderDeps): ImapReader {
  const { receive, log, metrics, every = 60_000, rest = 1_000 } = deps;
  const mailbox = folderOf(deps.url);
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  /** Resolves when the mailbox says that something came, or after a while. */
  const news = async (client: ImapFlow, closed: AbortSignal): Promise<void> => {
    const waiting = new AbortController();
    const wake = (): void => waiting.abort();
    client.once('exists', wake);
    try {
      await pause(every, undefined, { signal: AbortSignal.any([waiting.signal, closed, stopping.signal]) });
      await client.noop();
    } catch {
      // Woken.
    } finally {
      client.off('exists', wake);
    }
  };

  const readAll = async (client: ImapFlow, folders: Folders): Promise<void> => {
    const uids = (await client.search({ all: true }, { uid: true })) || [];
    for (const uid of uids) {
      if (stopping.signal.aborted) return;
      const query = { source: { maxLength: READ } };
      const found = await client.fetchOne(String(uid), query, { uid: true });
      // Another replica was faster.
      if (found === false || found.source === undefined) continue;
      const received = await receive(found.source);
      metrics.returnedMails.inc({ door: 'imap', result: received });
      const folder = FOR_PEOPLE.has(received) ? folders.other : folders.read;
      await client.messageMove(String(uid), folder, { uid: true });
    }
  };

  /** Until the connection ends. */
  const session = async (): Promise<void> => {
    const closed = new AbortController();
    const client = new ImapFlow(optionsOf(deps.url));
    client.on('error', (err) => log.debug({ err }, 'the mailbox answers with an error'));
    client.on('close', () => closed.abort());
    const end = (): void => client.close();
    stopping.signal.addEventListener('abort', end);
    try {
      await client.connect();
      const folders = await makeFolders(client);
      await client.mailboxOpen(mailbox);
      log.info({ mailbox }, 'reading the mailbox to which mail comes back');
      while (!closed.signal.aborted && !stopping.signal.aborted) {
        await readAll(client, folders);
        metrics.mailboxReadable.set({ mailbox }, 1);
        await news(client, closed.signal);
      }
    } finally {
      stopping.signal.removeEventListener('abort', end);
      client.close();
    }
  };

  const run = async (): Promise<void> => {
    let wait = rest;
    while (!stopping.signal.aborted) {
      const began = performance.now();
      try {
        await session();
      } catch (err) {
        if (stopping.signal.aborted) return;
        metrics.mailboxReadable.set({ mailbox }, 0);
        log.warn({ err, retryIn: wait }, 'the mailbox to which mail comes back cannot be read');
      }
      if (performance.now() - began > LONGEST_REST) wait = rest;
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => {});
      wait = Math.min(wait * 2, LONGEST_REST);
    }
  };

  return {
    start() {
      metrics.mailboxReadable.set({ mailbox }, 0);
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

interface Folders {
  readonly read: string;
  readonly other: string;
}

async function makeFolders(client: ImapFlow): Promise<Folders> {
  const [read, other] = [await client.mailboxCreate(READ_MAILS), await client.mailboxCreate(OTHER_MAILS)];
  return { read: read.path, other: other.path };
}

const folderOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1)) || 'INBOX';

function optionsOf(url: string): ConstructorParameters<typeof ImapFlow>[0] {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'imaps:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (secure ? 993 : 143)),
    secure,
    auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    logger: false,
    // ms of quiet after which it waits for news (IDLE).
    autoIdleDelay: 50,
    maxIdleTime: 5 * 60_000,
    connectionTimeout: 15_000,
    greetingTimeout: 15_000,
    // The server is configured, but what it serves is strangers' mail.
    maxLiteralSize: 4 * READ,
    maxResponseSize: 8 * READ,
  };
}
