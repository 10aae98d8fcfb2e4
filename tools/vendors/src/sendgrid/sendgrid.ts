import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createInterruptions, type Interruptions } from '../script.ts';
import { startServer, type VendorAnswer, type VendorRequest } from '../server.ts';
import { isRefused, type ReceivedMail, readMail, refuse } from './mail.ts';
import { createEventSigner, eventOf, eventsFor, type SendGridEvent } from './report.ts';

export interface SendGridOptions {
  /** The key that is accepted. Default: any. */
  readonly apiKey?: string;
  /** The domains that mails may come from. Default: any. */
  readonly verifiedDomains?: readonly string[];
  /** Calls in each window of `rateWindow` s. Default: 10,000 in 60. */
  readonly rateLimit?: number;
  readonly rateWindow?: number;
  /** The URL of the event webhook. Default: none; `reportTo` sets it later. */
  readonly reportTo?: string;
  /** What happens to a mail to an address. Default: by how the address begins. */
  readonly events?: (address: string) => readonly SendGridEvent[];
  /** ms of wall time between a mail and its report. Default: 0. */
  readonly pace?: number;
  /** The time in its reports, in ms since 1970. Default: the wall clock. */
  readonly now?: () => number;
}

/** A server that behaves as the documentation of SendGrid's Mail Send and signed event webhook says. */
export interface SendGrid extends Pick<Interruptions, 'answerNext' | 'answerAlways'> {
  readonly url: string;
  /** The mails that it took, in order. */
  readonly mails: readonly ReceivedMail[];
  /** Every call, taken or not. */
  readonly calls: readonly VendorRequest[];
  /** The public key of the signatures of its reports. */
  readonly webhookKey: string;
  reportTo(url: string | undefined): void;
  /** Sends reports of a mail in one signed request. Gives the status of the answer. */
  report(mail: ReceivedMail, ...events: readonly SendGridEvent[]): Promise<number>;
  /** Resolves when everything is reported. */
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

  /** The headers about the rate, and whether this call is over it. */
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
    const report = () => post(JSON.stringify(happened.map((event) => eventOf(mail, event, now()))));
    const sent = pace === 0 ? report() : pause(pace).then(report);
    // Whoever waits for all of them does not wait for one that failed.
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
