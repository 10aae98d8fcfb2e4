import type { Declarations, Instruments, Metrics } from '@herald/metrics';

/** The metrics of this service, beside those of every process. */
export const ingestMetrics = {
  eventsAccepted: {
    kind: 'counter',
    name: 'herald_events_accepted_total',
    help: 'Events that the broker confirmed.',
    labels: [],
  },
  eventsRejected: {
    kind: 'counter',
    name: 'herald_events_rejected_total',
    help: 'Events and webhooks refused before they were published, by reason.',
    labels: ['reason'],
  },
  callbacks: {
    kind: 'counter',
    name: 'herald_callbacks_total',
    help:
      'Reports of providers and clicks on links: accepted; ignored (means nothing to Herald); ' +
      'scanner; copy (about somebody who got a copy); foreign (no message of this installation); limited ' +
      '(over the rate of the workspace); or lost (not stored, because the reader of the page would have ' +
      'had to wait).',
    labels: ['provider', 'result'],
  },
  returnedMails: {
    kind: 'counter',
    name: 'herald_returned_mails_total',
    help:
      'Mails that came back, by door (smtp, imap) and result: recorded; ignored (changes nothing); foreign ' +
      '(names no message of this installation); forged (an address that was not signed here); unknown (no ' +
      'form that Herald knows); unreadable; relay (to an address elsewhere); too_large; or ' +
      'unavailable (not stored; its sender tries again).',
    labels: ['door', 'result'],
  },
  mailboxReadable: {
    kind: 'gauge',
    name: 'herald_bounce_mailbox_readable',
    help: '1 while the mailbox to which mail comes back can be read, else 0.',
    labels: ['mailbox'],
  },
} as const satisfies Declarations;

/** Every metric that this service may set. */
export type IngestMetrics = Metrics & Instruments<typeof ingestMetrics>;
