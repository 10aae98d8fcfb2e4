import {
  type EnrollmentEvent,
  type JsonObject,
  type MessageOutcome,
  redactEvent,
  type StoredEvent,
} from '@herald/domain';
import { describe, expect, test } from 'vitest';
import { anEvent, T0 } from '../testing/fixtures.ts';
import { explain } from './explain.ts';

const stored = (type: string, data: JsonObject = {}, given: Partial<StoredEvent> = {}): StoredEvent => ({
  ...anEvent({ type, data, ...given }),
  seq: 1,
});
const inWords = (event: StoredEvent): string => {
  const { kind, what, why } = explain(event);
  return `${kind}: ${what}; ${why}`;
};

const common = { enrollmentId: 'e1', prospectId: 'ada', version: 1, campaignId: 'trial', campaignVersion: 2 };
const seen = { id: 'x', type: 'trial.started', occurredAt: T0, data: { email: 'ada@example.com' } };
const DAY = 86_400_000;

/** By type, so that a type without a sentence does not compile. */
const steps: Record<EnrollmentEvent['type'], readonly (readonly [JsonObject, string])[]> = {
  'enrollment.entered': [
    [{ n: 1, entry: { ...seen, seq: 1 } }, 'step: entered trial (version 2); because of trial.started'],
  ],
  'enrollment.waiting': [
    [
      { stepId: 'settle', kind: 'wait', since: T0, dueAt: T0 + 2 * DAY },
      'step: waits at settle until 2026-01-07T09:00:00.000Z; the step is a wait, counted from ' +
        '2026-01-05T09:00:00.000Z',
    ],
    [
      {
        stepId: 'activated',
        kind: 'waitFor',
        since: T0,
        dueAt: T0 + DAY,
        awaits: { on: 'project.created', when: 'event.data.size > 3' },
      },
      'step: waits at activated for project.created until 2026-01-06T09:00:00.000Z at the latest; the ' +
        'step waits for one with event.data.size > 3, counted from 2026-01-05T09:00:00.000Z',
    ],
    [
      { stepId: 'activated', kind: 'waitFor', since: T0, dueAt: null, awaits: { on: 'project.created' } },
      'step: waits at activated for project.created, however long it takes; the step waits for an ' +
        'event, counted from 2026-01-05T09:00:00.000Z',
    ],
    [
      {
        stepId: 'mail',
        kind: 'window',
        since: T0,
        dueAt: T0 + DAY,
        hours: 'send_window: tue 09:00–18:00 UTC',
      },
      'step: waits at mail for the window until 2026-01-06T09:00:00.000Z; its message may not leave ' +
        'before: send_window: tue 09:00–18:00 UTC',
    ],
  ],
  'enrollment.resumed': [
    [{ stepId: 'settle', by: 'due' }, 'step: went on from settle; the wait was over'],
    [
      {
        stepId: 'activated',
        by: 'due',
        branch: 'else',
        awaits: { on: 'project.created', when: 'event.data.size > 3' },
      },
      'step: went on from activated; no project.created with event.data.size > 3 happened in time',
    ],
    [
      { stepId: 'activated', by: 'due', branch: 'else', awaits: { on: 'project.created' } },
      'step: went on from activated; no project.created happened in time',
    ],
    [
      { stepId: 'activated', by: 'event', branch: 'then', event: { ...seen, type: 'project.created' } },
      'step: went on from activated; project.created happened',
    ],
  ],
  'enrollment.requested': [
    [
      { stepId: 'welcome', messageId: 'm1', channel: 'email', template: 'hello' },
      'step: asked for e-mail hello; step welcome of trial sends it',
    ],
    [
      { stepId: 'welcome', messageId: 'm1', channel: 'email', template: 'hello', then: 'dontWait' },
      'step: asked for e-mail hello; step welcome of trial sends it and waits for nothing',
    ],
  ],
  'enrollment.chose': [
    [
      { stepId: 'by-size', branch: '0', why: 'company.traits.employees > 50' },
      'step: chose branch 1 of by-size; because company.traits.employees > 50',
    ],
    [
      { stepId: 'by-size', branch: 'otherwise', why: 'no earlier branch holds' },
      'step: chose branch otherwise of by-size; because no earlier branch holds',
    ],
    [
      { stepId: 'by-size', branch: 'none', why: 'no branch holds' },
      'step: chose no branch of by-size; because no branch holds',
    ],
  ],
  'enrollment.updated': [
    [
      { stepId: 'tag', traits: { onboarded: true } },
      'step: updated trait onboarded; step tag of trial sets it',
    ],
    [{ stepId: 'tag', traits: { a: 1, b: 2 } }, 'step: updated traits a, b; step tag of trial sets them'],
  ],
  'enrollment.emitted': [
    [
      { stepId: 'note', eventType: 'onboarding.finished', eventData: {} },
      'step: emitted onboarding.finished; step note of trial says so',
    ],
  ],
  'enrollment.exited': [
    [
      { reason: 'subscription.started', withdrawn: true, event: seen },
      'step: left trial; exited: subscription.started',
    ],
    [{ reason: 'step stop', withdrawn: false, stepId: 'stop' }, 'step: left trial; exited: step stop'],
  ],
  'enrollment.completed': [[{}, 'step: completed trial; its last step is done']],
  'enrollment.failed': [
    [{ stepId: 'tag', reason: 'no such trait' }, 'step: failed in trial at tag; failed: no such trait'],
  ],
};

const facts = {
  messageId: 'm1',
  template: 'welcome',
  campaignId: 'trial',
  stepId: 'hello',
  version: 1,
  attempts: 1,
};
const messages: Record<MessageOutcome, readonly (readonly [JsonObject, string])[]> = {
  scheduled: [
    [
      { dueAt: T0, reason: 'quiet hours' },
      'message: e-mail welcome waits until 2026-01-05T09:00:00.000Z; quiet hours',
    ],
    [{}, 'message: e-mail welcome waits; it is not due yet'],
  ],
  sent: [
    [
      { to: 'ada@example.com', provider: 'smtp' },
      'message: e-mail welcome sent to ada@example.com via smtp; step hello of trial asked for it',
    ],
    [
      { to: 'ada@example.com', provider: 'smtp', locale: 'pt-BR', stepId: 'hello', campaignId: 'trial' },
      'message: e-mail welcome sent to ada@example.com via smtp in pt-BR; step hello of trial asked for it',
    ],
    [
      {
        ...{ to: 'a@home.example', stepId: 'hello', campaignId: 'trial' },
        copies: { cc: ['b@home.example'], bcc: ['c@home.example'], leftOut: ['cc 2: hard bounce'] },
      },
      'message: e-mail welcome sent to a@home.example, with copies to b@home.example, c@home.example, ' +
        'without a copy: cc 2: hard bounce; step hello of trial asked for it',
    ],
    [
      {
        ...{ stepId: 'hello', campaignId: 'trial' },
        attachments: [
          { filename: 'a.pdf', size: 1, sha256: 'x' },
          { filename: 'b.pdf', missing: 'its server answered 404' },
        ],
      },
      'message: e-mail welcome sent, without a file: b.pdf: its server answered 404; step hello of trial ' +
        'asked for it',
    ],
    [
      { locale: 'default', stepId: 'hello', campaignId: 'trial' },
      'message: e-mail welcome sent in the template’s default language; step hello of trial asked for it',
    ],
  ],
  delivered: [[{ provider: 'sendgrid' }, 'message: e-mail welcome delivered; sendgrid says so']],
  opened: [[{}, 'message: e-mail welcome opened; the reader did so']],
  clicked: [[{}, 'message: e-mail welcome clicked; the reader did so']],
  suppressed: [[{ reason: 'unsubscribed' }, 'message: e-mail welcome suppressed; suppressed: unsubscribed']],
  failed: [[{ reason: 'no address' }, 'message: e-mail welcome failed; failed: no address']],
  expired: [[{}, 'message: e-mail welcome expired; expired, no reason was given']],
  withdrawn: [
    [
      { reason: 'exited: subscription.started' },
      'message: e-mail welcome withdrawn; withdrawn: exited: subscription.started',
    ],
  ],
  bounced: [[{ reason: 'mailbox full' }, 'message: e-mail welcome bounced; bounced: mailbox full']],
  complained: [[{ reason: 'abuse' }, 'message: e-mail welcome reported as unwanted; complained: abuse']],
  deferred: [
    [
      { provider: 'sendgrid', reason: '450 later' },
      'message: e-mail welcome deferred by the receiving server; sendgrid says so: 450 later',
    ],
  ],
  answered: [[{ provider: 'twilio' }, 'message: e-mail welcome answered; twilio says so']],
  completed: [[{ provider: 'twilio' }, 'message: e-mail welcome completed; twilio says so']],
  busy: [[{}, 'message: e-mail welcome busy; the provider says so']],
  no_answer: [[{}, 'message: e-mail welcome not answered; the provider says so']],
  key_pressed: [[{ key: '1' }, 'message: e-mail welcome answered by key 1; the reader did so']],
  unknown: [
    [
      {},
      'message: e-mail welcome may have been sent; the call of the provider was cut off before it answered',
    ],
  ],
};

describe('steps', () => {
  const cases = Object.entries(steps).flatMap(([type, all]) =>
    all.map(([data, text]) => [text, stored(type, { ...common, ...data })] as const),
  );
  test.each(cases)('%s', (text, event) => {
    expect(inWords(event)).toBe(text);
  });
});

describe('messages', () => {
  const cases = Object.entries(messages).flatMap(([outcome, all]) =>
    all.map(([data, text]) => [text, stored(`email.${outcome}`, { ...facts, ...data })] as const),
  );
  test.each(cases)('%s', (text, event) => {
    expect(inWords(event)).toBe(text);
  });
  test.each([
    ['sms', 'text message'],
    ['call', 'call'],
    ['webhook', 'webhook'],
  ])('%s is a %s', (channel, name) => {
    expect(explain(stored(`${channel}.expired`, facts)).what).toBe(`${name} welcome expired`);
  });
});

describe('events', () => {
  test.each([
    [stored('order.placed'), 'event: order.placed; received from api'],
    [
      stored('prospect.suppressed', { channel: 'email', reason: 'hard_bounce' }),
      'event: suppressed for email; hard_bounce',
    ],
    [
      stored('prospect.unsubscribed', { channel: 'email', topic: 'news', reason: 'page' }),
      'event: unsubscribed from news (email); page',
    ],
    [
      stored('message.reported', { messageId: 'm1', outcome: 'opened', provider: 'sendgrid' }),
      'event: a message was reported opened; received from sendgrid',
    ],
    [
      stored('message.reported', { messageId: 'm1', outcome: 'clicked', scanner: 'followed too soon' }),
      'event: clicked by a program that looks at mail, not counted; followed too soon',
    ],
    [
      stored('onboarding.finished', {}, { depth: 1, causationId: 'x', source: 'campaign-runner' }),
      'event: onboarding.finished; campaign-runner did this because of event x',
    ],
    [stored('prospect.unsubscribed'), 'event: unsubscribed from everything; received from api'],
    [
      stored('prospect.unsubscribed', { channel: 'email', reason: 'link in a message' }),
      'event: unsubscribed from email; link in a message',
    ],
    [stored('prospect.subscribed', { channel: 'sms' }), 'event: subscribed to sms; received from api'],
    [stored('prospect.erased'), 'event: erased; somebody asked for this person’s data to be removed'],
    [
      stored('enrollment.refused', {
        campaignId: 'trial',
        reason: 'too_old',
        detail: 'older than P1D on arrival',
      }),
      'step: did not enter trial; too old (older than P1D on arrival)',
    ],
  ])('%#: %o', (event, text) => {
    expect(inWords(event)).toBe(text);
  });
});

test('what an erasure has redacted still reads as a sentence, without the person in it', () => {
  const everything = [
    ...Object.entries(steps).flatMap(([type, all]) =>
      all.map(([data]) => stored(type, { ...common, ...data })),
    ),
    ...Object.entries(messages).flatMap(([outcome, all]) =>
      all.map(([data]) => stored(`email.${outcome}`, { ...facts, ...data })),
    ),
    stored('enrollment.refused', { campaignId: 'trial', reason: 'too_old', detail: '' }),
    stored('order.placed', { email: 'ada@example.com' }),
  ];
  for (const event of everything) {
    const { what, why } = explain(redactEvent(event));
    expect(what).not.toBe('');
    expect(why).not.toBe('');
    expect(`${what} ${why}`).not.toMatch(/undefined|null|NaN|\[object|ada@example\.com/);
  }
});
