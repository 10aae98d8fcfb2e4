import type { ProviderOutcome } from '@herald/domain';
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
 * server cannot have it, after that only its reply tells. A refused login or greeting is about us, so it can pass.
 */
export function outcomeOfFailure(failure: SmtpFailure, started: boolean): ProviderOutcome {
  const reason = reasonOf(`${failure.code ?? 'error'}: ${failure.message}`);
  const { command = '', responseCode = 0 } = failure;
  if (responseCode >= 500 && responseCode !== 503 && ABOUT_THE_MESSAGE.has(command))
    return { kind: 'permanent', reason };
  if (responseCode >= 400 && responseCode < 600) return { kind: 'temporary', reason };
  if (started) return { kind: 'unknown', reason };
  return isRefusedByClient(failure) ? { kind: 'permanent', reason } : { kind: 'temporary', reason };
}

/** nodemailer would refuse it again: an envelope or a size that cannot be. */
const isRefusedByClient = ({ code, responseCode }: SmtpFailure): boolean =>
  responseCode === undefined && (code === 'EENVELOPE' || code === 'EMESSAGE');
