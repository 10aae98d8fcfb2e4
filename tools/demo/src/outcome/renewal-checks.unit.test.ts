import { messageReference } from '@herald/contracts';
import { type LoggedEvent, type Message, parseMetrics } from '@herald/harness';
import { expect, test } from 'vitest';
import type { Vendors } from '../outside/vendors.ts';
import type { History } from './outcome.ts';
import { renewalChecks } from './renewal-checks.ts';

/**
 * The smallest world in which all is well: yes presses 1, other presses nothing, away is busy, gone has a
 * mail that bounces and another that is kept back, and three people leave, each by another way. A test
 * changes something.
 */
interface World {
  messages: Message[];
  events: LoggedEvent[];
  reasons: Record<string, string>;
  timeline: History['timeline'][number][];
  mails: { id: string; messageId: string; to: string }[];
  texts: { sid: string; messageId: string; to: string }[];
  calls: { sid: string; messageId: string; to: string; pressed: string[]; heard: string[] }[];
  hooks: { id: string; outcome: string; customer: string }[];
  callbacks: { url: string; status: number }[];
  disbelieved: string[];
}

const SECRET = 'a secret that signs references';
const CRM = 'http://127.0.0.1:1';
const NOON = '2026-10-26T12:00:00.000Z';
const LATER = '2026-10-27T12:00:00.000Z';
const LEFT_BY = { clicks: 'one-click', stops: 'STOP', complains: 'complaint' };
const PHONES = { away: { call: 'busy' }, yes: { press: ['1'] } } as const;
const CHANNEL_OF = { mail: 'email', text: 'sms', call: 'call', hook: 'webhook' } as const;

const sent = (
  kind: keyof typeof CHANNEL_OF,
  who: string,
  stepId: string,
  status: string = kind === 'hook' ? 'sent' : 'delivered',
): Message => ({
  id: `${who}-${stepId}`,
  channel: CHANNEL_OF[kind],
  prospectId: who,
  campaignId: 'renewal',
  stepId,
  template: stepId,
  status,
  to: kind === 'hook' ? CRM : who,
  provider: { mail: 'sendgrid', text: 'twilio', call: 'twilio', hook: 'http' }[kind],
  ...(kind === 'hook' ? {} : { providerId: `vendor-${who}-${stepId}` }),
  sentAt: NOON,
});

function world(): World {
  const { sentAt: _not, providerId: _none, ...kept } = sent('mail', 'gone', 'reminder', 'suppressed');
  const messages = [
    sent('call', 'yes', 'call', 'completed'),
    sent('hook', 'yes', 'tell-accepted'),
    sent('call', 'other', 'call', 'completed'),
    sent('text', 'other', 'send-link'),
    sent('call', 'away', 'call', 'busy'),
    sent('text', 'away', 'text'),
    sent('mail', 'away', 'last-mail'),
    sent('hook', 'away', 'tell-open'),
    sent('mail', 'gone', 'notice', 'bounced'),
    { ...kept, reason: 'hard_bounce' },
    ...Object.keys(LEFT_BY).map((who) => sent('mail', who, 'notice')),
  ];
  const received = (channel: Message['channel']) =>
    messages
      .filter((message) => message.channel === channel && message.sentAt !== undefined)
      .map(({ id, to = '', providerId = '', prospectId }) => ({
        id: providerId,
        sid: providerId,
        messageId: id,
        to,
        prospectId,
        pressed: prospectId === 'yes' ? ['1'] : [],
        heard: prospectId === 'yes' ? ['Hello.', 'Thank you. Your policy is renewed.'] : ['Hello.'],
      }));
  return {
    messages,
    events: Object.entries(LEFT_BY).map(([prospectId, reason]) => ({
      id: `left-${prospectId}`,
      type: 'prospect.unsubscribed',
      prospectId,
      occurredAt: LATER,
      receivedAt: LATER,
      source: 'unsubscribe',
      data: { reason },
    })),
    reasons: Object.fromEntries(Object.keys(LEFT_BY).map((who) => [who, 'prospect.unsubscribed'])),
    timeline: [
      { at: NOON, kind: 'message', what: 'e-mail reminder suppressed', why: 'suppressed: hard_bounce' },
    ],
    mails: received('email'),
    texts: received('sms'),
    calls: received('call'),
    hooks: [
      { id: 'yes-tell-accepted', outcome: 'accepted', customer: 'yes' },
      { id: 'away-tell-open', outcome: 'open', customer: 'away' },
    ],
    callbacks: [{ url: 'http://herald/callbacks', status: 204 }],
    disbelieved: [],
  };
}

function failing(change: (of: World) => void = () => {}): string[] {
  const of = world();
  change(of);
  const reference = (messageId: string, channel: Message['channel']) =>
    messageReference(SECRET, { workspace: 'larch', prospectId: 'x', messageId, channel });
  const callback = (messageId: string) => `http://herald/callbacks/twilio/${reference(messageId, 'call')}`;
  const phone = { from: '+442079460999', statusEvents: [], body: '', twiml: '' };
  const vendors: Vendors = {
    outside: {
      crm: CRM,
      mailboxes: {},
      phones: PHONES,
      doings: [{ at: NOON, who: 'clicks', does: 'forged-bounce' }],
    },
    sendgrid: {
      mails: of.mails.map(({ id, messageId, to }) => ({
        id,
        to,
        mail: {
          personalizations: [{ to: [{ email: to }], custom_args: { herald: reference(messageId, 'email') } }],
          from: { email: 'a@larch.example' },
          subject: 'x',
          content: [],
        },
      })),
    },
    impostor: { report: async () => 401 },
    twilio: {
      texts: of.texts.map(({ messageId, ...text }) => ({
        ...phone,
        ...text,
        statusCallback: callback(messageId),
      })),
      calls: of.calls.map(({ messageId, ...call }) => ({
        ...phone,
        ...call,
        statusCallback: callback(messageId),
      })),
      callbacks: of.callbacks.map((one) => ({ ...one, params: {}, body: '' })),
      textFrom: () => Promise.reject(new Error('nobody writes')),
    },
    crm: {
      url: CRM,
      requests: of.hooks.map(({ id, ...body }) => ({
        method: 'POST',
        path: '/',
        headers: { 'webhook-id': id },
        body: JSON.stringify(body),
      })),
    },
    disbelieved: of.disbelieved,
    crmSecret: '',
    env: {},
    connect: () => {},
    received: () => 0,
    settled: async () => {},
    close: async () => {},
  };
  const outcome = {
    events: of.events,
    messages: of.messages,
    prospects: new Map(),
    reports: [],
    deadLetters: [],
    enrollments: [...new Set(of.messages.map(({ prospectId }) => prospectId))].map((prospectId) => {
      const reason = of.reasons[prospectId];
      return {
        id: prospectId,
        campaignId: 'renewal',
        prospectId,
        stepId: null,
        steps: {},
        status: reason === undefined ? ('completed' as const) : ('exited' as const),
        ...(reason === undefined ? {} : { reason }),
      };
    }),
    metrics: parseMetrics(''),
    histories: [{ prospect: { id: 'gone', traits: {} }, timeline: of.timeline }],
  };
  return renewalChecks(outcome, vendors, SECRET).flatMap(({ problems }) => problems);
}

function replace(of: World, id: string, by: (message: Message) => Message): void {
  of.messages = of.messages.map((message) => (message.id === id ? by(message) : message));
}
const change = (of: World, id: string, to: Partial<Message>): void =>
  replace(of, id, (message) => ({ ...message, ...to }));
const unsent = ({ sentAt: _never, ...message }: Message): Message => message;
const without = <T>(list: T[], is: (item: T) => boolean): void => void list.splice(list.findIndex(is), 1);

test('a run in which all is well passes every check', () => {
  expect(failing()).toEqual([]);
});

test.each<[string, (of: World) => void, RegExp]>([
  ['a mail did not come', (of) => void of.mails.pop(), /counts as sent by sendgrid and did not come there/],
  [
    'a text came twice',
    (of) => void of.texts.push(...of.texts.slice(0, 1)),
    /Twilio got other-send-link 2 times/,
  ],
  [
    'a webhook came twice',
    (of) => void of.hooks.push(...of.hooks.slice(0, 1)),
    /the CRM got yes-tell-accepted 2/,
  ],
  [
    'something came that does not count as sent',
    (of) => replace(of, 'away-text', unsent),
    /Twilio has away-text, which does not count as sent/,
  ],
  [
    'it went to somebody else',
    (of) => change(of, 'away-text', { to: 'x' }),
    /for away, and it counts as sent to x/,
  ],
  ['the names differ', (of) => change(of, 'away-text', { providerId: 'SM1' }), /and Herald has SM1/],
  ['a callback was refused', (of) => void of.callbacks.push({ url: 'u', status: 401 }), /was answered 401/],
  [
    'nobody wrote to who was busy',
    (of) => {
      without(of.messages, ({ id }) => id === 'away-text');
      without(of.texts, ({ to }) => to === 'away');
    },
    /away \(unanswered\): step text did not send/,
  ],
  [
    'whoever accepted is written to as well',
    (of) => void of.messages.push(sent('text', 'yes', 'send-link')),
    /yes \(yes\): step send-link did send/,
  ],
  [
    'a call ended otherwise',
    (of) => change(of, 'away-call', { status: 'completed' }),
    /ended busy and is completed/,
  ],
  [
    'a key was answered with silence',
    (of) => void of.calls.map(({ heard }) => heard.splice(1)),
    /pressed 1 and heard/,
  ],
  [
    'somebody who left is written to',
    (of) =>
      void of.messages.push({ ...sent('mail', 'stops', 'last-mail'), sentAt: '2026-10-28T12:00:00.000Z' }),
    /stops unsubscribed \(STOP\) and got last-mail after that/,
  ],
  [
    'the campaign goes on',
    (of) => void delete of.reasons.clicks,
    /clicks unsubscribed, and the campaign is completed/,
  ],
  [
    'a way out was not taken',
    (of) => without(of.events, ({ id }) => id === 'left-stops'),
    /nobody unsubscribed by STOP/,
  ],
  [
    'a mail goes to where one bounced',
    (of) => change(of, 'gone-reminder', { status: 'delivered' }),
    /reminder to gone, which had bounced, is delivered/,
  ],
  [
    'the timeline keeps silent',
    (of) => void of.timeline.pop(),
    /the timeline of gone gives the bounce as the reason 0/,
  ],
  [
    'a forgery is believed',
    (of) => change(of, 'clicks-notice', { status: 'bounced' }),
    /SendGrid never said/,
  ],
  ['a signature was wrong', (of) => void of.disbelieved.push('w1'), /did not believe webhook w1/],
  [
    'the CRM hears about somebody else',
    (of) => void of.hooks.splice(0, 1, { id: 'yes-tell-accepted', outcome: 'accepted', customer: 'other' }),
    /got "accepted" of other by tell-accepted of yes/,
  ],
  ['the CRM hears nothing', (of) => void of.hooks.pop(), /got "open" of nobody, not of away/],
])('it shows when %s', (_what, alter, problem) => {
  expect(failing(alter)).toContainEqual(expect.stringMatching(problem));
});
