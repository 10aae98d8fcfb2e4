import { type Campaign, compileCampaign } from '../campaign/compile.ts';
import { parseCampaign } from '../campaign/parse.ts';
import { type Decision, decide, type EnrollmentInput, enroll } from '../enrollment/decide.ts';
import type { EnrollmentEvent } from '../enrollment/events.ts';
import { evolveEnrollment } from '../enrollment/evolve.ts';
import type { EnrollmentState } from '../enrollment/state.ts';
import type { World } from '../enrollment/view.ts';
import type { StoredEvent } from '../event.ts';
import type { JsonObject } from '../json.ts';
import type { MessageIdentity } from '../message/message.ts';
import { initialProspect } from '../prospect/prospect.ts';

/** Builders for given-when-then tests of the domain. */

export const T0 = Date.parse('2026-03-02T08:00:00Z'); // a Monday
export const hours = (n: number): number => n * 3_600_000;
export const days = (n: number): number => hours(24 * n);

/** A campaign from YAML; a mistake in it fails the test with its place. */
export function campaignOf(yaml: string): Campaign {
  const parsed = parseCampaign(yaml);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return compileCampaign(parsed.definition, 1);
}

/** A welcome mail to Ada, requested at this instant. */
export const aMail = (requestedAt: number): MessageIdentity => ({
  messageId: 'm1',
  prospectId: 'ada',
  channel: 'email',
  template: 'welcome',
  campaignId: 'c',
  campaignVersion: 1,
  enrollmentId: 'e',
  stepId: 's',
  requestedAt,
});

let count = 0;

export function anEvent(
  type: string,
  occurredAt: number,
  data: JsonObject = {},
  more: Partial<StoredEvent> = {},
): StoredEvent {
  count += 1;
  const id = `event-${count}`;
  return {
    workspace: 'acme',
    id,
    stream: 'prospect/ada',
    seq: count,
    type,
    occurredAt,
    receivedAt: occurredAt,
    source: 'api',
    data,
    schema: 1,
    correlationId: id,
    depth: 0,
    ...more,
  };
}

export const aWorld = (traits: JsonObject = {}, companyTraits?: JsonObject): World => ({
  workspace: 'acme',
  prospect: { ...initialProspect('ada'), traits },
  company:
    companyTraits === undefined
      ? undefined
      : { companyId: 'initech', traits: companyTraits, firstSeenAt: 0, lastSeenAt: 0, seq: 1, stamps: {} },
  defaultZone: 'UTC',
  now: 0,
  sending: {},
  transactional: new Set(),
});

/** An enrollment of `ada`, and what happens to it. */
export function enter(campaign: Campaign, world: World = aWorld(), event = anEvent('trial.started', T0)) {
  let decision: Decision = enroll(campaign, { enrollmentId: 'enrollment-1', n: 1, event }, world);
  const all: EnrollmentEvent[] = [...decision.events];
  return {
    get state(): EnrollmentState {
      return decision.state;
    },
    get events(): readonly EnrollmentEvent[] {
      return all;
    },
    /** The events of the last decision, in short. */
    get recorded(): string[] {
      return decision.events.map(summary);
    },
    apply(input: EnrollmentInput, now: World = world) {
      const at = input.kind === 'due' ? input.now : now.now;
      decision = decide(campaign, decision.state, input, { ...now, now: at });
      all.push(...decision.events);
      return this;
    },
    due(now: number) {
      return this.apply({ kind: 'due', now });
    },
    event(type: string, occurredAt: number, data: JsonObject = {}) {
      return this.apply({ kind: 'event', event: anEvent(type, occurredAt, data) });
    },
    /** The state that the log alone gives. */
    replayed(): EnrollmentState | undefined {
      return all.reduce<EnrollmentState | undefined>(evolveEnrollment, undefined);
    },
  };
}

/** `resumed paid:then`: the type, the step and the branch of an event. */
function summary({ type, data }: EnrollmentEvent): string {
  const step = 'stepId' in data && data.stepId !== undefined ? ` ${data.stepId}` : '';
  const branch = 'branch' in data && data.branch !== undefined ? `:${data.branch}` : '';
  return `${type.replace('enrollment.', '')}${step}${branch}`;
}
