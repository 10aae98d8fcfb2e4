import type { ReadMail } from '../read-mail.ts';
import { automaticAnswer } from './automatic.ts';
import { complaint } from './complaint.ts';
import { deliveryStatus } from './delivery-status.ts';
import type { Meaning } from './meaning.ts';
import { plainBounce } from './plain-bounce.ts';

/**
 * The standards first (RFC 3464, RFC 5965), then the answers of people's programs, then the bounces of
 * programs that follow no standard: their marks are looser, so a vacation notice must not get there.
 */
export const meaningOf = (mail: ReadMail): Meaning =>
  deliveryStatus(mail) ??
  complaint(mail) ??
  automaticAnswer(mail) ??
  plainBounce(mail) ?? { kind: 'unknown' };
