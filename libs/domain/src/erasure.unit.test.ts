import { expect, test } from 'vitest';
import { evolveEnrollment } from './enrollment/evolve.ts';
import type { EnrollmentState } from './enrollment/state.ts';
import { redactEnrollment, redactEvent, redactMessage } from './erasure.ts';
import type { JsonObject } from './json.ts';
import { evolveMessage } from './message/evolve.ts';
import type { MessageState } from './message/message.ts';
import { anEvent, aWorld, campaignOf, days, enter, T0 } from './testing/given.ts';

const SECRET = 'ada@example.com';

const campaign = campaignOf(`
id: c
enter: { on: a.b }
steps:
  - id: for
    waitFor: { on: c.d }
  - id: tag
    update: { traits: { mail: event.data.mail } }
  - id: emit
    emit: { type: x.y, data: { mail: event.data.mail } }
  - id: sum
    update: { traits: { broken: event.data.mail + 1 } }
`);

test('an erased enrollment is what its erased events give, with nothing of the person left', () => {
  const run = enter(campaign, aWorld(), anEvent('a.b', T0, { mail: SECRET })).event('c.d', T0 + days(1), {
    mail: SECRET,
  });
  expect(run.state.status).toBe('failed');
  const log = run.events.map((event) =>
    anEvent(event.type, event.occurredAt, event.data as unknown as JsonObject, { raw: SECRET }),
  );
  const redacted = log.map(redactEvent);
  const replayed = redacted.reduce<EnrollmentState | undefined>(evolveEnrollment, undefined);
  expect(JSON.stringify(replayed)).toBe(JSON.stringify(redactEnrollment(run.state)));
  expect(JSON.stringify(log)).toContain(SECRET);
  expect(JSON.stringify(redacted)).not.toContain(SECRET);
});

test('an erased message is what its erased events give, with nothing of the person left', () => {
  const identity = {
    messageId: 'm',
    prospectId: 'ada',
    template: 't',
    campaignId: 'c',
    campaignVersion: 1,
    enrollmentId: 'e',
    stepId: 's',
    requestedAt: T0,
  };
  const log = [
    anEvent('email.scheduled', T0, {
      ...identity,
      version: 1,
      attempts: 1,
      to: SECRET,
      reason: `450 <${SECRET}> busy`,
      dueAt: T0 + 5,
    }),
    anEvent('email.failed', T0 + 9, {
      ...identity,
      version: 2,
      attempts: 2,
      reason: `550 no such user ${SECRET}`,
    }),
  ];
  const fold = (events: typeof log) => events.reduce<MessageState | undefined>(evolveMessage, undefined);
  const state = fold(log);
  const redacted = log.map(redactEvent);
  expect(JSON.stringify(fold(redacted))).toBe(JSON.stringify(state && redactMessage(state)));
  expect(JSON.stringify(redacted)).not.toContain(SECRET);
});

test('a report keeps only its outcome and its message', () => {
  const event = anEvent(
    'message.reported',
    T0,
    {
      messageId: 'm',
      outcome: 'bounced',
      bounce: 'hard',
      provider: 'sendgrid',
      reason: `550 no such user <${SECRET}>`,
      url: `https://acme.example/${SECRET}`,
      key: '1',
    },
    { raw: `{"email":"${SECRET}"}` },
  );
  expect(redactEvent(event)).toEqual({
    ...event,
    raw: undefined,
    data: {
      messageId: 'm',
      outcome: 'bounced',
      bounce: 'hard',
      provider: 'sendgrid',
      reason: '550 no such user (address)',
    },
  });
});

test('a message that was reported is, erased, what its erased events give', () => {
  const identity = {
    messageId: 'm',
    prospectId: 'ada',
    template: 't',
    campaignId: 'c',
    campaignVersion: 1,
    enrollmentId: 'e',
    stepId: 's',
    requestedAt: T0,
    attempts: 1,
  };
  const log = [
    anEvent('email.sent', T0, { ...identity, version: 1, to: SECRET }),
    anEvent('email.bounced', T0 + 1, {
      ...identity,
      version: 2,
      to: SECRET,
      reported: true,
      bounce: 'hard',
      reason: `550 ${SECRET}`,
    }),
    anEvent('email.clicked', T0 + 2, {
      ...identity,
      version: 3,
      to: SECRET,
      reported: true,
      status: 'bounced',
      url: `https://acme.example/${SECRET}`,
    }),
  ];
  const fold = (events: typeof log) => events.reduce<MessageState | undefined>(evolveMessage, undefined);
  const state = fold(log);
  expect(state).toMatchObject({ status: 'bounced', bounce: 'hard', changedAt: T0 + 1 });
  const redacted = log.map(redactEvent);
  expect(JSON.stringify(fold(redacted))).toBe(JSON.stringify(state && redactMessage(state)));
  expect(JSON.stringify(redacted)).not.toContain(SECRET);
});

test('any other event keeps only that it happened', () => {
  const event = anEvent('trial.started', T0, { mail: SECRET }, { raw: SECRET });
  expect(redactEvent(event)).toEqual({ ...event, data: {}, raw: undefined });
});
