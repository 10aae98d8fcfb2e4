import type { Reported } from '../../callbacks/report-event.ts';

/** What a mail that came back means for the message that it is about. */
export type Meaning =
  | { readonly kind: 'report'; readonly reported: ReturnReport }
  /** It is understood, and changes nothing: a vacation notice, a receipt, good news. */
  | { readonly kind: 'ignored' }
  /** A mail of a person, or a form that nobody knows. */
  | { readonly kind: 'unknown' };

/** What mail can report. */
export interface ReturnReport extends Pick<Reported, 'bounce' | 'reason'> {
  readonly outcome: 'bounced' | 'failed' | 'deferred' | 'complained';
}
