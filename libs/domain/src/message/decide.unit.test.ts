import { expect, test } from 'vitest';
import { initialProspect, type ProspectState } from '../prospect/prospect.ts';
import { aMail } from '../testing/given.ts';
import { type AttemptOptions, afterAttempt, mayRetry, type SendCircumstances, whyNotSend } from './decide.ts';
import { initialMessage, type MessageState } from './message.ts';

const NOW = 1_000_000;

const message = (given: Partial<MessageState> = {}): MessageState => ({
  ...initialMessage(aMail(NOW - 10), NOW - 10),
  ...given,
});

const ada = (given: Partial<ProspectState> = {}): ProspectState => ({
  ...initialProspect('ada'),
  traits: { email: 'ada@example.com' },
  ...given,
});

const circumstances = (given: Partial<SendCircumstances> = {}): SendCircumstances => ({
  channel: 'email',
  requestedAt: NOW,
  enrollment: {},
  prospect: ada(),
  transactional: false,
  ...given,
});

const no = { subscribed: false, at: NOW, eventId: 'x' };
const bounced = {
  suppressed: true,
  address: 'ada@example.com',
  at: NOW,
  eventId: 'x',
  reason: 'hard_bounce',
};

test.each<[string, Partial<SendCircumstances>, string | undefined]>([
  ['everything is well', {}, undefined],
  ['its enrollment was ended', { enrollment: { withdrawn: true, reason: 'exit' } }, 'withdrawn: exit'],
  ['its enrollment is gone', { enrollment: undefined }, 'withdrawn: its enrollment is gone'],
  ['nobody knows the prospect', { prospect: undefined }, 'suppressed: prospect_unknown'],
  ['the prospect was erased since', { prospect: ada({ erasedAt: NOW + 1 }) }, 'suppressed: erased'],
  ['nothing came after an erasure', { prospect: ada({ erasedAt: 1, traits: {} }) }, 'suppressed: erased'],
  ['the prospect came back after an erasure', { prospect: ada({ erasedAt: 1 }) }, undefined],
  [
    'the prospect opted out of the channel',
    { prospect: ada({ subscriptions: { email: no } }) },
    'suppressed: unsubscribed',
  ],
  [
    'the prospect opted out of all',
    { prospect: ada({ subscriptions: { all: no } }) },
    'suppressed: unsubscribed',
  ],
  ['the prospect opted out of another channel', { prospect: ada({ subscriptions: { sms: no } }) }, undefined],
  [
    'it is transactional, whatever the prospect opted out of',
    { prospect: ada({ subscriptions: { all: no } }), transactional: true },
    undefined,
  ],
  [
    'the prospect opted out of the topic',
    { prospect: ada({ subscriptions: { 'email:news': no } }), topic: { id: 'news' } },
    'suppressed: unsubscribed',
  ],
  [
    'the topic must be asked for and was not',
    { topic: { id: 'news', optIn: true } },
    'suppressed: not_subscribed',
  ],
  [
    'the address bounced',
    { prospect: ada({ suppressions: { email: bounced } }), address: 'ada@example.com' },
    'suppressed: hard_bounce',
  ],
  [
    'another address bounced',
    { prospect: ada({ suppressions: { email: bounced } }), address: 'ada@new.example' },
    undefined,
  ],
  [
    'the address bounced when it was somebody else’s',
    { address: 'ada@example.com', suppressedElsewhere: { reason: 'hard_bounce' } },
    'suppressed: hard_bounce',
  ],
  [
    'it is transactional and the address bounced',
    {
      prospect: ada({ subscriptions: { all: no }, suppressions: { email: bounced } }),
      address: 'ada@example.com',
      transactional: true,
    },
    'suppressed: hard_bounce',
  ],
  [
    'the prospect opted out and the address bounced, consent is the first reason',
    {
      prospect: ada({ subscriptions: { all: no }, suppressions: { email: bounced } }),
      address: 'ada@example.com',
    },
    'suppressed: unsubscribed',
  ],
  [
    'there are several reasons against it, the first is recorded',
    { enrollment: undefined, prospect: undefined },
    'withdrawn: its enrollment is gone',
  ],
])('when %s', (_when, given, expected) => {
  const refusal = whyNotSend(circumstances(given));
  expect(refusal && `${refusal.outcome}: ${refusal.facts?.reason}`).toBe(expected);
});

const options = (given: Partial<AttemptOptions> = {}): AttemptOptions => ({
  policy: { attempts: 4, first: 1_000, longest: 3_000 },
  tries: { count: 0, until: NOW + 100_000 },
  retryAfter: 0,
  comeBack: NOW,
  now: NOW,
  ...given,
});
const temporary = { kind: 'temporary', reason: '421 busy' } as const;

test.each([
  [
    { kind: 'sent', providerId: 'p9' },
    { outcome: 'sent', facts: { attempts: 3, providerId: 'p9' } },
  ],
  [
    { kind: 'permanent', reason: '550 no' },
    { outcome: 'failed', facts: { attempts: 3, reason: '550 no' } },
  ],
  [
    { kind: 'permanent', reason: '550 no such user', bounce: 'hard' },
    { outcome: 'bounced', facts: { attempts: 3, reason: '550 no such user', bounce: 'hard' } },
  ],
  [
    { kind: 'unknown', reason: 'cut off' },
    { outcome: 'unknown', facts: { attempts: 3, reason: 'cut off' } },
  ],
] as const)('an outcome of kind $kind is final', (outcome, expected) => {
  expect(afterAttempt(message({ attempts: 2 }), outcome, options())).toEqual(expected);
});

test('a temporary failure is tried again after longer and longer waits, up to the longest', () => {
  const rests = [0, 1, 2].map((count) => {
    const transition = afterAttempt(
      message(),
      temporary,
      options({ tries: { count, until: NOW + 100_000 } }),
    );
    expect(transition).toMatchObject({ outcome: 'scheduled', facts: { reason: '421 busy' } });
    return (transition.facts?.dueAt ?? 0) - NOW;
  });
  const [first = 0, second = 0, third = 0] = rests;
  expect(first).toBeGreaterThanOrEqual(750);
  expect(first).toBeLessThanOrEqual(1_250);
  expect(second).toBeGreaterThanOrEqual(1_500);
  expect(second).toBeLessThanOrEqual(2_500);
  expect(third).toBeGreaterThanOrEqual(2_250);
  expect(third).toBeLessThanOrEqual(3_750);
});

test('the wait is the same for the same message, and different for others', () => {
  const due = (messageId: string) => afterAttempt(message({ messageId }), temporary, options()).facts?.dueAt;
  expect(due('m1')).toBe(due('m1'));
  expect(new Set(Array.from({ length: 50 }, (_, n) => due(`m${n}`))).size).toBeGreaterThan(40);
});

test('a provider that asks for a longer wait gets it', () => {
  expect(afterAttempt(message(), temporary, options({ retryAfter: 60_000 })).facts?.dueAt).toBe(NOW + 60_000);
});

test('it is given up after the last attempt', () => {
  expect(afterAttempt(message(), temporary, options({ tries: { count: 3, until: NOW + 100_000 } }))).toEqual({
    outcome: 'failed',
    facts: { attempts: 1, reason: 'given up after 4 attempts: 421 busy' },
  });
});

test('it expires when the next attempt would come too late', () => {
  expect(afterAttempt(message(), temporary, options({ tries: { count: 1, until: NOW + 10 } }))).toEqual({
    outcome: 'expired',
    facts: { attempts: 1, reason: 'not sent in time: 421 busy' },
  });
});

test('an operator may retry what failed, and what is unknown only with leave to arrive twice', () => {
  expect(
    ['failed', 'bounced', 'suppressed', 'expired'].map((status) => mayRetry(status as 'failed', false)),
  ).toEqual([true, true, true, true]);
  expect([mayRetry('unknown', false), mayRetry('unknown', true)]).toEqual([false, true]);
  expect(
    ['sent', 'withdrawn', 'scheduled', 'complained'].map((status) => mayRetry(status as 'sent', true)),
  ).toEqual([false, false, false, false]);
});

test.each([
  [{ kind: 'throttled', reason: '429', retryAfter: 5 }],
  [{ kind: 'credentials', reason: '401' }],
] as const)('%j is no fault of the message: it is tried again, however often that was', (outcome) => {
  const worn = options({ tries: { count: 3, until: NOW + 10 }, comeBack: NOW + 60_000 });
  expect(afterAttempt(message({ attempts: 4 }), outcome, worn)).toEqual({
    outcome: 'scheduled',
    facts: { attempts: 5, reason: outcome.reason, dueAt: NOW + 60_000 },
  });
});

test('listed waits are taken one after the other, spread by a quarter', () => {
  const rests = [10_000, 2_000, 40_000];
  const policy = { attempts: 4, first: 1, longest: 1, rests };
  rests.forEach((rest, count) => {
    const tries = { count, until: NOW + 1_000_000 };
    const due = afterAttempt(message(), temporary, options({ policy, tries })).facts?.dueAt ?? 0;
    expect(due - NOW).toBeGreaterThanOrEqual(0.75 * rest);
    expect(due - NOW).toBeLessThanOrEqual(1.25 * rest);
  });
});

test('a webhook needs no consent, but is not sent for a person who was erased or has left', () => {
  const webhook = (given: Partial<SendCircumstances>) =>
    whyNotSend(circumstances({ channel: 'webhook', ...given }))?.facts?.reason;
  expect(webhook({ prospect: ada({ subscriptions: { all: no } }) })).toBeUndefined();
  expect(webhook({ prospect: ada({ erasedAt: NOW + 1 }) })).toBe('erased');
  expect(webhook({ enrollment: { withdrawn: true, reason: 'exit' } })).toBe('exit');
});
