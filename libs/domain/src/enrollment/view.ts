import type { Instant } from '../clock.ts';
import type { WorkspaceHours } from '../limits/departure.ts';
import { happenedAt } from '../order.ts';
import type { CompanyState } from '../prospect/company.ts';
import type { ProspectState } from '../prospect/prospect.ts';
import type { EnrollmentState, SeenEvent } from './state.ts';

/** The prospect that a decision is about, and what else is known. */
export interface World {
  readonly workspace: string;
  readonly prospect: ProspectState;
  readonly company: CompanyState | undefined;
  /** The zone of prospects that have none of their own. */
  readonly defaultZone: string;
  /** The real time of the decision, which an outage or a late event takes beyond logical time. */
  readonly now: Instant;
  /** When the workspace lets messages leave. */
  readonly sending: WorkspaceHours;
  /** Templates of transactional messages: they keep none of the workspace's hours. */
  readonly transactional: ReadonlySet<string>;
}

/** What CEL sees of an event. */
const viewEvent = (event: SeenEvent) => ({
  id: event.id,
  type: event.type,
  occurredAt: new Date(event.occurredAt),
  data: event.data,
});

/** The variables of a campaign's expressions. `event`: the event in question, else the entry event. */
export function viewWorld(
  world: World,
  at: Instant,
  event: SeenEvent,
  state: EnrollmentState | undefined,
): Record<string, unknown> {
  return {
    event: viewEvent(event),
    prospect: {
      id: world.prospect.prospectId,
      traits: world.prospect.traits,
      companyId: world.prospect.companyId ?? null,
    },
    company: { id: world.prospect.companyId ?? null, traits: world.company?.traits ?? {} },
    enrollment: state === undefined ? {} : viewEnrollment(state),
    now: new Date(at),
  };
}

/** What expressions and templates see of an enrollment. */
export const viewEnrollment = (state: EnrollmentState) => ({
  id: state.enrollmentId,
  campaignId: state.campaignId,
  n: state.n,
  enteredAt: new Date(happenedAt(state.entry)),
  steps: Object.fromEntries(
    Object.entries(state.steps).map(([id, step]) => [
      id,
      { ...step, at: new Date(step.at), ...(step.event && { event: viewEvent(step.event) }) },
    ]),
  ),
});
