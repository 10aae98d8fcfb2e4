import { type Enrollment, type LoggedEvent, type Mail, type Message, parseMetrics } from '@herald/harness';
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import type { Played } from '../playing/play.ts';
import { checksOf } from './checks.ts';
import type { Outcome } from './outcome.ts';

/** One person, one campaign, one mail: all well, unless a test changes something. */
interface World {
  events: LoggedEvent[];
  messages: Message[];
  mails: Mail[];
  accepted: string[];
  metrics: string[];
  deadLetters: { queue: string; reason: string }[];
}

const event = (id: string, type: string, more: Partial<LoggedEvent> = {}): LoggedEvent => ({
  id,
  type,
  prospectId: 'ada',
  occurredAt: '2026-10-26T08:00:00.000Z',
  receivedAt: '2026-10-26T08:00:00.000Z',
  source: 'campaign-runner',
  data: {},
  ...more,
});

const message = (id: string, status: string, reason?: string): Message => ({
  id,
  channel: 'email',
  prospectId: 'ada',
  campaignId: 'trial',
  stepId: 'welcome',
  template: 'welcome',
  status,
  ...(status === 'sent' ? { provider: 'smtp', sentAt: '2026-10-26T08:00:01.000Z' } : {}),
  ...(reason === undefined ? {} : { reason }),
});

const mail = async (id: string): Promise<Mail> => ({
  to: 'ada@mail.example',
  parsed: await simpleParser(`X-Herald-Message-Id: ${id}\r\nSubject: Hello\r\n\r\nGood day\r\n`),
});

async function failing(change: (world: World) => void | Promise<void> = () => {}): Promise<string[]> {
  const world: World = {
    events: [
      event('e1', 'trial.started', { source: 'api' }),
      event('r1', 'enrollment.requested', { data: { messageId: 'm1' } }),
      // Nine o'clock in Berlin, the day after summer time has ended.
      event('w1', 'enrollment.resumed', { data: { campaignId: 'trial', stepId: 'morning' } }),
    ],
    messages: [message('m1', 'sent')],
    mails: [await mail('m1')],
    accepted: ['e1'],
    metrics: [
      'herald_messages_total{channel="email",outcome="sent"} 1',
      'herald_enrollments_total{outcome="entered"} 1',
    ],
    deadLetters: [],
  };
  await change(world);
  const enrollment: Enrollment = {
    id: 'n1',
    campaignId: 'trial',
    prospectId: 'ada',
    status: 'completed',
    stepId: null,
    steps: {},
  };
  const outcome: Outcome = {
    events: world.events,
    enrollments: [enrollment],
    messages: world.messages,
    prospects: new Map([['ada', { id: 'ada', traits: { timezone: 'Europe/Berlin' } }]]),
    reports: [],
    deadLetters: world.deadLetters,
    metrics: parseMetrics(world.metrics.join('\n')),
    histories: [],
  };
  const played: Played = {
    accepted: new Set(world.accepted),
    duplicates: 0,
    skipped: 0,
    refused: [],
    behind: 0,
  };
  const campaign = {
    file: 'campaign.yaml',
    text: '',
    id: 'trial',
    name: 'Trial',
    stepIds: ['morning'],
    templates: [],
    waits: [],
    morning: [{ stepId: 'morning', at: '09:00' }],
    locate: () => ({ file: 'campaign.yaml', reason: '' }),
  };
  return checksOf(outcome, played, world, [campaign]).flatMap(({ problems }) => problems);
}

test('a run in which all is well passes every check', async () => {
  expect(await failing()).toEqual([]);
});

test.each<[string, (world: World) => void | Promise<void>, RegExp]>([
  ['an accepted event is lost', (w) => void w.accepted.push('e2'), /e2 was accepted and is not in the log/],
  [
    'an event is stored twice',
    (w) => void w.events.push(event('e1', 'trial.started')),
    /e1 is in the log 2 times/,
  ],
  [
    'an event is in the log that nobody accepted',
    (w) => void w.events.push(event('e9', 'x.y', { source: 'api' })),
    /e9 .* was not accepted/,
  ],
  ['a planned message is lost', (w) => void w.messages.pop(), /m1 was planned and is not known/],
  [
    'a message came from nowhere',
    (w) => void w.messages.push(message('m2', 'failed', 'x')),
    /m2 was never planned/,
  ],
  [
    'an outcome has no reason',
    (w) => void w.messages.splice(0, 1, message('m1', 'failed')),
    /nothing says why/,
  ],
  ['a mail is missing', (w) => void w.mails.pop(), /m1 counts as sent and is not in the inbox/],
  ['a mail came twice', async (w) => void w.mails.push(await mail('m1')), /m1 is in the inbox 2 times/],
  [
    'a mail came that was not sent',
    async (w) => void w.mails.push(await mail('m7')),
    /m7, which does not count as sent/,
  ],
  ['the metrics disagree', (w) => void w.metrics.splice(0), /herald_messages_total sent shows 0, the API 1/],
  [
    'somebody is woken an hour off',
    (w) =>
      void w.events.splice(
        2,
        1,
        event('w1', 'enrollment.resumed', {
          occurredAt: '2026-10-26T07:00:00.000Z',
          data: { campaignId: 'trial', stepId: 'morning' },
        }),
      ),
    /ada went on at 08:00 in Europe\/Berlin, not at 09:00/,
  ],
  [
    'a message between services was given up',
    (w) => void w.deadLetters.push({ queue: 'q', reason: 'poison' }),
    /q: poison/,
  ],
])('it shows when %s', async (_what, change, problem) => {
  expect(await failing(change)).toContainEqual(expect.stringMatching(problem));
});
