import type { MessageDocument } from '@herald/contracts';
import { type Clock, initialMessage, initialProspect, type MessageTransition } from '@herald/domain';
import { createLog } from '@herald/log';
import { createMetrics } from '@herald/metrics';
import { expect, test } from 'vitest';
import { createLanes } from '../channels/lanes.ts';
import { messagingMetrics } from '../metrics.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { aRequest, T0 } from '../testing/stage.ts';
import { createAttempt } from './attempt.ts';
import type { Transitions } from './transitions.ts';

test('a process held up between its claim and the call does not call, for its lease may be over', async () => {
  let now = T0;
  const clock: Clock = { now: () => now, rate: 1 };
  const provider = fakeProvider(() => ({ kind: 'sent' }), 500);
  const told: MessageTransition[] = [];
  const log = createLog({ service: 't', level: 'silent' });
  const metrics = createMetrics({ version: '0' }).declare(messagingMetrics);
  const { event, enrollment, cause, ...asked } = aRequest();
  const doc: MessageDocument = {
    ...{ workspace: 'acme', id: 'm1', version: 0, outbox: [], cause, request: { event, enrollment } },
    state: initialMessage(asked, T0),
  };
  const transitions: Pick<Transitions, 'claim' | 'record'> = {
    async claim(given, facts) {
      const claimed = { ...given, version: 1, lease: { until: now + 1_000, facts } };
      now += 600; // the process stands still
      return claimed;
    },
    async record(given, transition) {
      told.push(transition);
      return given;
    },
  };
  const version = {
    workspace: 'acme',
    id: 't@1',
    version: 1,
    templateId: 't',
    n: 1,
    savedAt: T0,
    channel: 'email',
  } as const;
  const attempt = createAttempt({
    outage: { wait: async () => 'none' },
    isStopping: () => false,
    ...{
      clock,
      log,
      metrics,
      topicOf: () => undefined,
      findSuppression: async () => undefined,
      track: (_doc, message) => message,
    },
    transitions: transitions as Transitions,
    lanes: createLanes({
      clock,
      log,
      metrics,
      providers: { email: [provider] },
      chosen: () => undefined,
    }),
    library: { latest: async () => version } as never,
    compose: { unsubscribeLink: () => undefined, message: async () => ({ channel: 'email' }) } as never,
    runOrder: { pass: async (given) => given },
    askLimits: async () => undefined,
    wake: async () => {},
    readCircumstances: async () => ({
      enrollment: {},
      prospect: { ...initialProspect('ada'), traits: { email: 'ada@home.example' } },
      subject: {} as never,
    }),
  });
  await attempt(doc);
  expect(provider.sent).toEqual([]);
  expect(told).toEqual([{ outcome: 'scheduled', facts: { reason: 'held up before the call', dueAt: now } }]);
});
