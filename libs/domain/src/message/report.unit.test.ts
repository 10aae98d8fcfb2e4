import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../json.ts';
import { aMail, anEvent } from '../testing/given.ts';
import { evolveMessage } from './evolve.ts';
import { initialMessage, type MessageState, type MessageStatus } from './message.ts';
import {
  decideReport,
  type MessageReport,
  type ReportedOutcome,
  readReport,
  statusAfterReport,
} from './report.ts';
import { type MessageTransition, recordTransition } from './transition.ts';

const T0 = 1_000_000;
const asked = initialMessage(aMail(T0), T0);
const cause = { correlationId: 'cor', causationId: 'cau', depth: 2 };
const at = { delivered: 1, opened: 2, clicked: 3, bounced: 4, complained: 5 } as const;

/** A message and what is recorded about it, step by step. */
function aMessage(state: MessageState = asked) {
  let current = state;
  const events: ReturnType<typeof recordTransition>['event'][] = [];
  const record = (transition: MessageTransition | undefined) => {
    if (transition === undefined) return message;
    const version = current.version + 1;
    const made = recordTransition({
      workspace: 'acme',
      state: current,
      version,
      transition,
      cause,
      now: T0 + 60_000,
    });
    current = made.state;
    events.push(made.event);
    return message;
  };
  const message = {
    get state() {
      return current;
    },
    get recorded() {
      return events.map(({ type }) => type);
    },
    events,
    record,
    /** The record that the attempt succeeded; after a report it leaves the status as it is. */
    sent: () =>
      record({
        outcome: 'sent',
        facts: { to: 'ada@example.com', provider: 'smtp', providerId: 'p1', attempts: 1 },
        ...(current.reported ? { status: statusAfterReport(current, 'sent') } : {}),
      }),
    report: (outcome: ReportedOutcome, more: Partial<MessageReport> = {}) =>
      record(decideReport(current, aReport(outcome, more))),
  };
  return message;
}

const aReport = (outcome: ReportedOutcome, more: Partial<MessageReport> = {}): MessageReport => ({
  id: `r-${outcome}`,
  at: T0 + 1_000 * (outcome in at ? at[outcome as keyof typeof at] : 1),
  messageId: 'm1',
  outcome,
  ...more,
});

describe('given a message that was sent, when it is reported', () => {
  test('delivered, then it is', () => {
    const message = aMessage().sent().report('delivered');
    expect(message.recorded).toEqual(['email.sent', 'email.delivered']);
    expect(message.state).toMatchObject({ status: 'delivered', reported: true, to: 'ada@example.com' });
  });

  test('opened again and again, then each is recorded and the status stays', () => {
    const message = aMessage().sent().report('clicked').report('opened').report('opened').report('clicked');
    expect(message.recorded.slice(1)).toEqual([
      'email.clicked',
      'email.opened',
      'email.opened',
      'email.clicked',
    ]);
    expect(message.state.status).toBe('clicked');
  });

  test('sent, or delivered again, then nothing new is recorded', () => {
    expect(aMessage().sent().report('sent').report('delivered').report('delivered').recorded).toEqual([
      'email.sent',
      'email.delivered',
    ]);
  });

  test('deferred, then it is recorded, and the status stays', () => {
    const message = aMessage().sent().report('deferred', { reason: '450 later' });
    expect([message.recorded.at(-1), message.state.status]).toEqual(['email.deferred', 'sent']);
    expect(message.report('delivered').state.status).toBe('delivered');
  });

  test('bounced, then the kind and the reason are recorded, and later reports do not change them', () => {
    const bounced = { reason: '550 no such user', bounce: 'hard' } as const;
    const message = aMessage().sent().report('bounced', bounced).report('delivered').report('opened');
    expect(message.state).toMatchObject({ status: 'bounced', ...bounced });
    expect(message.recorded).toEqual(['email.sent', 'email.bounced', 'email.delivered', 'email.opened']);
  });

  test('opened by a machine, then that is recorded, and the message is no more than delivered', () => {
    const message = aMessage().sent().report('opened', { machine: true });
    expect(message.events.at(-1)).toMatchObject({ type: 'email.opened', data: { machine: true } });
    expect(message.state.status).toBe('delivered');
    expect(message.report('opened').state.status).toBe('opened');
  });

  test('clicked by a scanner, then nothing is recorded', () => {
    expect(aMessage().sent().report('clicked', { scanner: 'too soon' }).recorded).toEqual(['email.sent']);
  });
});

test.each<[MessageStatus, MessageTransition]>([
  ['unknown', { outcome: 'unknown', facts: { reason: 'cut off' } }],
  ['failed', { outcome: 'failed', facts: { reason: 'an operator said so' } }],
  ['scheduled', { outcome: 'scheduled', facts: { dueAt: T0 + 5, reason: '421' } }],
])('given a message that is %s by Herald’s record, any report resolves it', (_status, transition) => {
  for (const [outcome, status] of [
    ['sent', 'sent'],
    ['deferred', 'sent'],
    ['delivered', 'delivered'],
    ['opened', 'opened'],
    ['bounced', 'bounced'],
  ] as const) {
    const { state } = aMessage().record(transition).report(outcome);
    expect(state).toMatchObject({ status, reported: true });
    expect(state).not.toHaveProperty('reason');
  }
});

test('given a call, a key that is pressed means that somebody answered', () => {
  const call = aMessage({ ...asked, channel: 'call' })
    .sent()
    .report('key_pressed', { key: '1' });
  expect(call.events.at(-1)).toMatchObject({ type: 'call.key_pressed', data: { key: '1' } });
  expect(call.state.status).toBe('answered');
  expect(call.report('answered').recorded).toEqual(['call.sent', 'call.key_pressed']);
  expect(call.report('completed').state.status).toBe('completed');
});

test('given a report before the record of the attempt, the record adds facts and takes nothing back', () => {
  const early = aMessage().report('opened').sent();
  expect(early.recorded).toEqual(['email.opened', 'email.sent']);
  expect(early.state).toMatchObject({
    status: 'opened',
    reported: true,
    providerId: 'p1',
    to: 'ada@example.com',
    sentAt: T0 + 60_000,
  });
});

test('given a message sent again by an operator, what was reported before is over', () => {
  const again = aMessage()
    .sent()
    .report('bounced', { bounce: 'hard' })
    .record({ outcome: 'scheduled', facts: { dueAt: T0 + 9 } });
  expect(again.state).toMatchObject({ status: 'scheduled' });
  expect(again.state).not.toHaveProperty('reported');
  expect(again.state).not.toHaveProperty('bounce');
});

test('in every order of record and reports the last state is the same, live and folded from the log', () => {
  const steps = ['sent', 'delivered', 'opened', 'clicked', 'bounced', 'complained'] as const;
  const states = permutations(steps).map((order) => {
    const message = aMessage();
    for (const step of order)
      if (step === 'sent') message.sent();
      else message.report(step, step === 'bounced' ? { bounce: 'hard', reason: '550' } : {});
    const replayed = message.events.reduce<MessageState | undefined>(evolveMessage, undefined);
    expect(canonicalJson(replayed)).toBe(canonicalJson(message.state));
    const { version: _count, changedAt: _when, ...state } = message.state;
    return canonicalJson(state);
  });
  expect(states).toHaveLength(720);
  expect(new Set(states).size).toBe(1);
  expect(states[0]).toContain('"complained"');
});

test('nor does the order matter where no record says that it left, and it has left', () => {
  const unknown = { outcome: 'unknown', facts: { reason: 'cut off' } } as const;
  const states = permutations(['sent', 'delivered', 'opened', 'bounced'] as const).map((order) => {
    const message = aMessage().record(unknown);
    for (const outcome of order) message.report(outcome);
    const replayed = message.events.reduce<MessageState | undefined>(evolveMessage, undefined);
    expect(canonicalJson(replayed)).toBe(canonicalJson(message.state));
    const { version: _count, ...state } = message.state;
    return canonicalJson(state);
  });
  expect(new Set(states).size).toBe(1);
  expect(states[0]).toContain(`"sentAt":${T0 + 60_000}`);
});

test('an event has the provider’s time, but never before the message left nor in the future', () => {
  const when = (reportedAt: number) =>
    aMessage({ ...asked, sentAt: T0 + 10, status: 'sent' }).report('delivered', { at: reportedAt }).events[0]
      ?.occurredAt;
  expect([when(T0 + 20), when(T0 - 500), when(T0 + 10 ** 9)]).toEqual([T0 + 20, T0 + 10, T0 + 60_000]);
});

test('an event from a report names the report as its cause and keeps the depth of the message', () => {
  const [event] = aMessage().report('opened').events;
  expect(event).toMatchObject({ causationId: 'r-opened', correlationId: 'cor', depth: 2 });
});

test('an event that is no report is not read as one', () => {
  const read = (data: object) => readReport(anEvent('message.reported', T0, data as never));
  expect(read({ messageId: 'm1', outcome: 'opened', machine: true })).toMatchObject({
    outcome: 'opened',
    at: T0,
  });
  for (const data of [
    {},
    { messageId: 'm1' },
    { messageId: 'm1', outcome: 'withdrawn' },
    { outcome: 'opened' },
  ])
    expect(read(data)).toBeUndefined();
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}
