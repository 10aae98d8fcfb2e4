import type { MessageDocument } from '@herald/contracts';
import { type Clock, initialMessage, type MessageTransition } from '@herald/domain';
import { createLog } from '@herald/log';
import { createMetrics } from '@herald/metrics';
import { expect, test } from 'vitest';
import { messagingMetrics } from '../metrics.ts';
import { createLane } from '../providers/lane.ts';
import { aRequest, T0 } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { createDispatch } from './dispatch.ts';
import type { Transitions } from './transitions.ts';

test('a process held up between claim and call does not call, because its lease may be over', async () => {
  let now = T0;
  const clock: Clock = { now: () => now, rate: 1 };
  const provider = fakeProvider(() => ({ kind: 'sent' }), 500);
  const recorded: MessageTransition[] = [];
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
      recorded.push(transition);
      return given;
    },
  };
  const traits = { isPerReceiver: false, hideRecipient: undefined };
  const lane = createLane(provider, traits, { clock, log, metrics });
  const dispatch = createDispatch({ clock, metrics, transitions });
  const message = { channel: 'email', messageId: 'm1' } as const;
  const target = { workspace: doc.workspace };
  expect(await dispatch(doc, { lane, target, message, facts: { provider: 'fake' } })).toBeUndefined();
  expect(provider.sent).toEqual([]);
  expect(recorded).toEqual([
    { outcome: 'scheduled', facts: { reason: 'held up before the call', dueAt: now } },
  ]);
});
