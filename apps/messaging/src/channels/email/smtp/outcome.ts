import { refusalOf } from '@herald/addresses';
import { type Bounce, type ProviderOutcome, reasonOf } from '@herald/domain';

/** What nodemailer hangs on its errors. */
export interface SmtpFailure {
  readonly message: string;
  readonly code?: string;
  /** The command the server answered, `API` for a refusal by nodemailer itself, `CONN` for the connection. */
  readonly command?: string;
  readonly responseCode?: number;
  /** The server's whole reply. */
  readonly response?: string;
}

/** The commands whose reply is about this message; all others are about the connection or the account. */
const ABOUT_THE_MESSAGE: ReadonlySet<string> = new Set(['MAIL FROM', 'RCPT TO', 'DATA']);

/**
 * What a failed SMTP session means for the message. `started` says whether any of its content was handed to
 * the connection: before that the server cannot have it, after that only its reply shows it. A refused
 * greeting is about us, so it can pass; a refused login is about our credentials.
 */
export function outcomeOfFailure(failure: SmtpFailure, started: boolean): ProviderOutcome {
  const reason = reasonOf(`${failure.code ?? 'error'}: ${failure.message}`);
  const { command = '', responseCode = 0 } = failure;
  // About the account: its mail server may not be called.
  if (failure.code === 'ERR_FORBIDDEN_TARGET') return { kind: 'credentials', reason };
  if (responseCode >= 500 && responseCode !== 503 && ABOUT_THE_MESSAGE.has(command)) {
    const bounce = bounceOf(failure);
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
 * What a final no says of the address. To the recipient it is a dead address unless the words say otherwise;
 * to the content, which is for one recipient, only if they say so.
 */
function bounceOf({ command, message, response = message, responseCode }: SmtpFailure): Bounce | undefined {
  if (command !== 'RCPT TO' && command !== 'DATA') return undefined;
  const about = refusalOf(response);
  if (about === undefined) return command === 'RCPT TO' && responseCode === 550 ? 'hard' : undefined;
  return about === 'other' || (command === 'DATA' && !ENHANCED.test(response)) ? undefined : about;
}

const ENHANCED = /\b5\.\d{1,3}\.\d{1,3}\b/;

/** nodemailer would refuse it again: an envelope or a size that cannot be. */
const isRefusedByClient = ({ code, responseCode }: SmtpFailure): boolean =>
  responseCode === undefined && (code === 'EENVELOPE' || code === 'EMESSAGE');
