/** Copies of an e-mail. Addresses; none is the recipient's or there twice. */
export interface OutgoingCopies {
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  /** Tells reports about the recipient from those about others. Absent in a test. */
  readonly mark?: string;
}
