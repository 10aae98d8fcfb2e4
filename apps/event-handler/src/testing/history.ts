import { collections, type EnrollmentDocument, type MessageDocument } from '@herald/contracts';
import {
  type EnrollmentState,
  type Event,
  evolveEnrollment,
  evolveMessage,
  type JsonObject,
  type MessageState,
} from '@herald/domain';
import type { Store } from '@herald/store';
import { createLogWriter } from '../append/writer.ts';
import { anEvent, T0, traitsEvent } from './fixtures.ts';

const cause = { correlationId: 'root', causationId: 'start', depth: 1 };

/** The story of one prospect in one campaign with one message, in the order in which it happened. */
export function storyOf(prospectId: string, workspace = 'acme'): Event[] {
  const tag = `${workspace}-${prospectId}`;
  const own = (id: string, type: string, after: number, data: JsonObject): Event =>
    anEvent({
      id: `${tag}-${id}`,
      workspace,
      stream: `prospect/${prospectId}`,
      type,
      data,
      occurredAt: T0 + after,
      receivedAt: T0 + after,
      ...cause,
    });
  const step = (version: number, type: string, data: JsonObject): Event =>
    own(`step${version}`, `enrollment.${type}`, version, {
      enrollmentId: `${tag}-enrollment`,
      prospectId,
      campaignId: 'trial',
      campaignVersion: 2,
      version,
      ...data,
    });
  const message = (version: number, outcome: string, data: JsonObject): Event =>
    own(`message${version}`, `email.${outcome}`, 10 + version, {
      messageId: `${tag}-message`,
      prospectId,
      channel: 'email',
      template: 'welcome',
      campaignId: 'trial',
      campaignVersion: 2,
      enrollmentId: `${tag}-enrollment`,
      stepId: 'hello',
      requestedAt: T0 + 4,
      version,
      attempts: version,
      ...data,
    });
  const start = {
    id: `${tag}-start`,
    type: 'trial.started',
    occurredAt: T0,
    data: { email: 'ada@example.com' },
  };
  return [
    { ...traitsEvent({ plan: 'team' }), id: `${tag}-traits`, workspace, stream: `prospect/${prospectId}` },
    own('start', 'trial.started', 0, start.data),
    step(1, 'entered', { n: 1, entry: { ...start, seq: 2 } }),
    step(2, 'waiting', { stepId: 'ready', kind: 'waitFor', since: T0, dueAt: T0 + 99 }),
    step(3, 'resumed', { stepId: 'ready', by: 'event', branch: 'then', event: { ...start, id: 'seen' } }),
    step(4, 'requested', {
      stepId: 'hello',
      messageId: `${tag}-message`,
      channel: 'email',
      template: 'welcome',
    }),
    step(5, 'completed', {}),
    message(1, 'scheduled', { dueAt: T0 + 50, reason: 'quiet hours' }),
    message(2, 'sent', { to: 'ada@example.com', provider: 'smtp', providerId: 'p1' }),
    message(3, 'delivered', {}),
  ];
}

/** The documents that campaign-runner and messaging hold after these events. */
export async function writeDocumentsOf(store: Store, events: readonly Event[]): Promise<void> {
  const enrollments = new Map<string, EnrollmentState>();
  const messages = new Map<string, MessageState>();
  for (const event of events) {
    const { enrollmentId, messageId } = event.data;
    if (event.type.startsWith('enrollment.'))
      keep(enrollments, enrollmentId, (state) => evolveEnrollment(state, event));
    if (event.type.startsWith('email.')) keep(messages, messageId, (state) => evolveMessage(state, event));
  }
  const [workspace = 'acme'] = events.map((event) => event.workspace);
  const extras = { outbox: [], cause, sweepAt: null };
  await store.collection(collections.enrollments).write(
    [...enrollments].map(([id, state]) => ({
      doc: { workspace, id, version: 3, state, ...extras } satisfies EnrollmentDocument,
      ifVersion: null,
    })),
  );
  await store.collection(collections.messages).write(
    [...messages].map(([id, state]) => ({
      doc: {
        workspace,
        id,
        version: 7,
        state,
        ...extras,
        lease: { until: T0, facts: {} },
      } satisfies MessageDocument,
      ifVersion: null,
    })),
  );
}

function keep<S>(states: Map<string, S>, id: unknown, evolve: (state: S | undefined) => S | undefined): void {
  const next = evolve(states.get(String(id)));
  if (next !== undefined) states.set(String(id), next);
}

/** Stories of several prospects and a company: the log, and everything that stands after them. */
export async function writeHistory(store: Store, prospects: readonly string[]): Promise<void> {
  const writer = createLogWriter(store);
  for (const prospectId of prospects) {
    const story = storyOf(prospectId);
    await writer.write(story);
    await writeDocumentsOf(store, story);
  }
  await writer.write([
    anEvent({
      id: 'engines',
      stream: 'company/engines',
      type: 'company.updated',
      data: { traits: { size: 9 } },
    }),
    anEvent({ id: 'launch', stream: 'campaign/trial', type: 'campaign.launched' }),
  ]);
}
