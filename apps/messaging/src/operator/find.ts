import { type Fault, Problem } from '@herald/http';
import type { FindQuery } from '@herald/store';

/** The filters of the list of messages. */
export interface MessageFilters {
  readonly prospectId?: string;
  readonly enrollmentId?: string;
  readonly campaignId?: string;
  readonly channel?: string;
  readonly status?: string;
  readonly stepId?: string;
}

const CAMPAIGN = ['campaignId', 'channel', 'status', 'stepId'] as const;

/**
 * Each set of filters that an index serves, in the index's order. Newest first, save by campaign and by
 * enrollment.
 */
const SERVED: readonly { readonly index: string; readonly by: readonly (keyof MessageFilters)[] }[] = [
  { index: 'byTime', by: [] },
  { index: 'byProspect', by: ['prospectId'] },
  { index: 'byEnrollment', by: ['enrollmentId'] },
  { index: 'byStatus', by: ['status'] },
  ...CAMPAIGN.map((_, index) => ({ index: 'byCampaign', by: CAMPAIGN.slice(0, index + 1) })),
];

/** The query for these filters. Throws a `Problem` (400) for filters that no index serves: nothing scans. */
export function queryFor(
  workspace: string,
  filters: MessageFilters,
): Pick<FindQuery, 'index' | 'equals' | 'reverse'> {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  const served = SERVED.find(({ by }) => by.length === given.length && by.every((name) => filters[name]));
  if (served === undefined)
    throw new Problem(400, 'filters_not_served', SERVED_FILTERS, { errors: faults(given) });
  const values = served.by.map((name) => filters[name] ?? null);
  return { index: served.index, equals: [workspace, ...values], reverse: true };
}

const SERVED_FILTERS =
  'Messages can be listed by prospectId, by enrollmentId, by status, or by campaignId (then channel, ' +
  'status and stepId, in this order), or all.';

const faults = (given: readonly [string, unknown][]): Fault[] =>
  given.map(([name]) => ({ path: `/${name}`, message: 'cannot be combined with the other filters given' }));
