import type { EnrollmentDocument, SendRequest } from '@herald/contracts';
import { type EnrollmentState, newEvent, type StoredEvent } from '@herald/domain';

/** A Monday, 08:00 in UTC. */
export const T0 = Date.parse('2026-03-02T08:00:00Z');
export const WORKSPACE = 'acme';

export const CAUSE = { correlationId: 'cor', causationId: 'cau', depth: 1 };

export const aRequest = (given: Partial<SendRequest> = {}): SendRequest => ({
  kind: 'request',
  workspace: WORKSPACE,
  messageId: 'm1',
  prospectId: 'ada',
  channel: 'email',
  template: 'welcome',
  campaignId: 'onboarding',
  campaignVersion: 1,
  enrollmentId: 'e1',
  stepId: 'hello',
  requestedAt: T0,
  dueAt: T0,
  event: { id: 'x', type: 'trial.started', occurredAt: T0, data: { plan: 'pro' } },
  enrollment: { id: 'e1' },
  cause: CAUSE,
  ...given,
});

export const anEnrollment = (
  given: Partial<EnrollmentState>,
): Omit<EnrollmentDocument, 'workspace' | 'id' | 'version'> => ({
  cause: CAUSE,
  outbox: [],
  state: {
    enrollmentId: 'e1',
    prospectId: 'ada',
    campaignId: 'onboarding',
    campaignVersion: 1,
    status: 'active',
    version: 1,
    clock: T0,
    n: 1,
    entry: { id: 'x', type: 'trial.started', occurredAt: T0, data: {}, seq: 1 },
    steps: {},
    stepId: null,
    ...given,
  },
});

export const erasure = (prospectId: string, at: number): StoredEvent => ({
  ...newEvent({
    workspace: WORKSPACE,
    id: `erase-${prospectId}`,
    stream: `prospect/${prospectId}`,
    type: 'prospect.erased',
    occurredAt: at,
    receivedAt: at,
    source: 'api',
    data: {},
  }),
  seq: 99,
});
