import type { Bounce, ProviderOutcome } from '@herald/domain';
import { reasonOf } from '../../reason.ts';

/** What nodemailer hangs on its errors. */
export interface SmtpFailure {
  readonly message: string;
  readonly code?: string;
  /** The command the server answered, `API` for a refusal by nodemailer itself, `CONN` for the connection. */
  readonly command?: string;
  readonly responseCode?: number;
}

/** The commands whose reply is about this message; all others are about the connection or the account. */
const ABOUT_THE_MESSAGE: ReadonlySet<string> = new Set(['MAIL FROM', 'RCPT TO', 'DATA']);

/**
 * What a failed SMTP session means for the message. `started` says whether any of its content was handed to the connection: before that the
 * server cannot have it, after that only its reply tells. A refused greeting is about us, so it can pass; a refused login is about our credentials.
 */
export function outcomeOfFailure(failure: SmtpFailure, started: boolean): ProviderOutcome {
  const reason = reasonOf(`${failure.code ?? 'error'}: ${failure.message}`);
  const { command = '', responseCode = 0 } = failure;
  if (responseCode >= 500 && responseCode !== 503 && ABOUT_THE_MESSAGE.has(command)) {
    const bounce = command === 'RCPT TO' ? bounceOf(failure.message) : undefined;
    return { kind: 'permanent', reason, ...(bounce === undefined ? {} : { bounce }) };
  }
  if (responseCode >= 500 && failure.code === 'EAUTH') return { kind: 'credentials', reason };
  if (responseCode >= 400 && responseCode < 600)
    return ABOUT_THE_MESSAGE.has(command)
      ? { kind: 'temporary', reason }
      : { kind: 'temporary', about: 'provider', reason };
  if (started) return { kind: 'unknown', reason };
  return isRefusedByClient(failure)
    ? { kind: 'permanent', reason }
    : { kind: 'temporary', about: 'provider', reason };
}

/**
 * What a final no to the recipient says of the address: there is none, unless an enhanced status (RFC 3463) says otherwise: 5.2.2, the mailbox is
 * full; 5.7, and others, a rule of the server's about us or the mail.
 */
function bounceOf(message: string): Bounce | undefined {
  const [, subject, detail] = /\b5\.(\d{1,3})\.(\d{1,3})\b/.exec(message) ?? [];
  if (subject === undefined || subject === '1') return 'hard';
  if (subject !== '2') return undefined;
  return detail === '2' ? 'soft' : 'hard';
}

/** nodemailer would refuse it again: an envelope or a size that cannot be. */
const isRefusedByClient = ({ code, responseCode }: SmtpFailure): boolean =>
  responseCode === undefined && (code === 'EENVELOPE' || code === 'EMESSAGE');
