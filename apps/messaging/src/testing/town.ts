import { setTimeout as pause } from 'node:timers/promises';
import type { Broker } from '@herald/broker';
import { systemClock } from '@herald/clock';
import { collections, requestMessage } from '@herald/contracts';
import { initialProspect } from '@herald/domain';
import { createLog } from '@herald/log';
import { createMetrics } from '@herald/metrics';
import type { Store } from '@herald/store';
import type { OutgoingEmail } from '../channels/email/message.ts';
import type { Provider } from '../providers/provider.ts';
import { createMessaging } from '../service.ts';
import { aRequest } from './documents.ts';

/**
 * A call of a provider: which message, of which workspace, and how many of each workspace had left before it.
 */
interface Departure {
  readonly messageId: string;
  readonly at: number;
}

export interface Town {
  readonly departures: readonly Departure[];
  /** Asks for so many messages of a workspace, named `<workspace>-<n>` from `first` on. */
  ask(workspace: string, count: number, first?: number): Promise<void>;
  /** How many of a workspace have left. */
  left(workspace: string): number;
  stop(): Promise<void>;
}

/**
 * One messaging process on the wall's clock, several workspaces, and a provider that takes `latency` ms for
 * each message.
 */
export async function setTown(
  { store, broker }: { readonly store: Store; readonly broker: Broker },
  workspaces: readonly string[],
  { latency, connections }: { readonly latency: number; readonly connections: number },
): Promise<Town> {
  const departures: Departure[] = [];
  const provider: Provider<OutgoingEmail> = {
    channel: 'email',
    name: 'slow',
    timeout: 1_000,
    connections,
    async send({ messageId }) {
      await pause(latency);
      departures.push({ messageId, at: performance.now() });
      return { kind: 'sent' };
    },
    async close() {},
  };
  for (const workspace of workspaces) await furnish(store, workspace);
  const service = createMessaging({
    ...{ store, broker, clock: systemClock, linkSecret: 'secret', horizon: 900_000 },
    ...{ publicUrl: 'https://herald.example', sender: 'news@acme.example', providers: { email: [provider] } },
    log: createLog({ service: 'test', level: 'error' }),
    metrics: createMetrics({ version: 'test' }),
  });
  await service.start();
  return {
    departures,
    async ask(workspace, count, first = 0) {
      const now = systemClock.now();
      const requests = Array.from({ length: count }, (_, n) =>
        requestMessage(
          aRequest({ workspace, messageId: `${workspace}-${first + n}`, requestedAt: now, dueAt: now }),
        ),
      );
      for (let n = 0; n < requests.length; n += 500) await broker.publish(requests.slice(n, n + 500));
    },
    left: (workspace) => departures.filter(({ messageId }) => messageId.startsWith(`${workspace}-`)).length,
    stop: () => service.stop(),
  };
}

/** What a message of a workspace needs to be sent. */
async function furnish(store: Store, workspace: string): Promise<void> {
  const now = systemClock.now();
  const { requestedAt: _at, cause } = aRequest();
  const common = { workspace, version: 1 };
  const first = <T>(doc: T) => [{ doc, ifVersion: null }];
  await store
    .collection(collections.templates)
    .write(first({ ...common, id: 'welcome', latest: 1, changedAt: now }));
  await store.collection(collections.templateVersions).write(
    first({
      ...{ ...common, id: 'welcome@1', templateId: 'welcome', n: 1, savedAt: now, channel: 'email' as const },
      ...{ subject: 'Hi <%= it.prospect.traits.firstName %>', text: 'Plan <%= it.event.data.plan %>' },
    }),
  );
  await store.collection(collections.prospects).write(
    first({
      ...{ ...common, id: 'ada' },
      state: { ...initialProspect('ada'), traits: { email: 'ada@home.example', firstName: 'Ada' } },
    }),
  );
  const entry = { id: 'x', type: 'trial.started', occurredAt: now, data: {}, seq: 1 };
  await store.collection(collections.enrollments).write(
    first({
      ...{ ...common, id: 'e1', cause, outbox: [] },
      state: {
        ...{ enrollmentId: 'e1', prospectId: 'ada', campaignId: 'onboarding', campaignVersion: 1, n: 1 },
        ...{ status: 'active' as const, version: 1, clock: now, entry, steps: {}, stepId: null },
      },
    }),
  );
}
