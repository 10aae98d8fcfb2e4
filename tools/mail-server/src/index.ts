/** Debian's mail servers for tests: Postfix, which bounces, and Dovecot, which serves a mailbox by IMAP. */
export { type MailHost, startMailHost } from './mail-host.ts';
