import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createInterruptions, type Interruptions } from '../script.ts';
import { startServer, type VendorAnswer, type VendorRequest } from '../server.ts';
import { isRefused, type ReceivedMail, readMail, refuse } from './mail.ts';
import { createEventSigner, eventOf, eventsFor, type SendGridEvent } from './report.ts';

export interface SendGridOptions {
  /** The key that is let in; any unless told. */
  readonly apiKey?: string;
  /** The domains that mails may come from; any unless told. */
  readonly verifiedDomains?: readonly string[];
  /** Calls in each window of `rateWindow` s; 10,000 in 60 unless told. */
  readonly rateLimit?: number;
  readonly rateWindow?: number;
  /** Where the event webhook goes; nowhere unless told. It can be set later by `reportTo`. */
  readonly reportTo?: string;
  /** What becomes of a mail to an address; by how the address begins unless told. */
  readonly events?: (address: string) => readonly SendGridEvent[];
  /** ms of wall time between a mail and what is reported of it; none unless told. */
  readonly pace?: number;
  /** Dates what it reports, in ms since 1970; the wall's unless told. */
  readonly now?: () => number;
}

/** A server that behaves as SendGrid's Mail Send and its signed event webhook do, by their documentation. */
export interface SendGrid extends Pick<Interruptions, 'answerNext' | 'answerAlways'> {
  readonly url: string;
  /** The mails it took, in order. */
  readonly mails: readonly ReceivedMail[];
  /** Every call, taken or not. */
  readonly calls: readonly VendorRequest[];
  /** What checks the signature of its reports. */
  readonly webhookKey: string;
  reportTo(url: string | undefined): void;
  /** Reports of a mail, in one signed post. Resolves with the status that the post was answered with. */
  report(mail: ReceivedMail, ...events: readonly SendGridEvent[]): Promise<number>;
  /** Resolves when everything that it wanted to report is reported. */
  reported(): Promise<void>;
  close(): Promise<void>;
}

export async function startSendGrid(options: SendGridOptions = {}): Promise<SendGrid> {
  const { rateLimit = 10_000, rateWindow = 60, events = eventsFor, pace = 0, now = Date.now } = options;
  const interruptions = createInterruptions();
  const signer = createEventSigner();
  const mails: ReceivedMail[] = [];
  const calls: VendorRequest[] = [];
  const reports = new Set<Promise<unknown>>();
  let target = options.reportTo;
  let window = { reset: 0, used: 0 };

  /** The headers that tell of the rate, and whether this call is over it. */
  const count = (): { headers: Record<string, string>; isOver: boolean } => {
    const now = Math.floor(Date.now() / 1_000);
    if (window.reset <= now) window = { reset: now + rateWindow, used: 0 };
    window.used += 1;
    const left = Math.max(0, rateLimit - window.used);
    return {
      isOver: window.used > rateLimit,
      headers: {
        'x-ratelimit-limit': String(rateLimit),
        'x-ratelimit-remaining': String(left),
        'x-ratelimit-reset': String(window.reset),
      },
    };
  };

  const post = async (body: string): Promise<number> => {
    if (target === undefined) return 0;
    const headers = { 'content-type': 'application/json', ...signer.sign(body, now()) };
    const answer = await fetch(target, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return answer.status;
  };

  const report: SendGrid['report'] = (mail, ...happened) => {
    const tell = () => post(JSON.stringify(happened.map((event) => eventOf(mail, event, now()))));
    const sent = pace === 0 ? tell() : pause(pace).then(tell);
    // Who waits for all of them does not wait for one that failed.
    const settled = sent.catch(() => 0).finally(() => reports.delete(settled));
    reports.add(settled);
    return sent;
  };

  const answer = (request: VendorRequest): VendorAnswer => {
    calls.push(request);
    const { method, path, headers, body } = request;
    const interrupted = interruptions.take();
    if (interrupted !== undefined) return interrupted;
    if (path !== '/v3/mail/send') return refuse(404, { message: 'not found' });
    if (method !== 'POST') return refuse(405, { message: 'method not allowed' });
    if (options.apiKey !== undefined && headers.authorization !== `Bearer ${options.apiKey}`)
      return refuse(401, {
        message: 'The provided authorization grant is invalid, expired, or revoked',
      });
    const rate = count();
    if (rate.isOver)
      return {
        status: 429,
        headers: rate.headers,
        body: { errors: [{ field: null, message: 'too many requests' }] },
      };
    const mail = readMail(body, headers['content-type']);
    if (isRefused(mail)) return mail;
    const domain = mail.from.email.split('@')[1] ?? '';
    if (options.verifiedDomains?.includes(domain) === false)
      return refuse(403, {
        message: 'The from address does not match a verified Sender Identity.',
        field: 'from',
      });
    const to = mail.personalizations[0]?.to[0]?.email ?? '';
    const received = { id: randomBytes(16).toString('base64url'), mail, to };
    mails.push(received);
    if (target !== undefined) report(received, ...events(to)).catch(() => {});
    return { status: 202, headers: { ...rate.headers, 'x-message-id': received.id }, body: '' };
  };

  const server = await startServer(answer);
  return {
    ...server,
    answerNext: interruptions.answerNext,
    answerAlways: interruptions.answerAlways,
    mails,
    calls,
    webhookKey: signer.publicKey,
    reportTo(url) {
      target = url;
    },
    report,
    async reported() {
      while (reports.size > 0) await Promise.all(reports);
    },
  };
}
