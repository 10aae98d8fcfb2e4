/** Where a mail host takes mail to. */
export interface MailHostOptions {
  /** Mail for this domain goes to this port of the machine by SMTP. */
  readonly relay: { readonly domain: string; readonly port: number };
  /** Mail for this domain, whatever follows a `+`, goes into the mailbox of this local part. */
  readonly mailbox: { readonly domain: string; readonly local: string };
}
