import {
  type Client,
  type Enrollment,
  type LoggedEvent,
  type Message,
  type Metrics,
  type Prospect,
  type Report,
  readMetrics,
  type TimelineItem,
} from '@herald/harness';

/** All that Herald says about what has happened, read over its API. */
export interface Outcome {
  readonly events: readonly LoggedEvent[];
  readonly enrollments: readonly Enrollment[];
  readonly messages: readonly Message[];
  readonly prospects: ReadonlyMap<string, Prospect>;
  readonly reports: readonly Report[];
  readonly deadLetters: readonly { readonly queue: string; readonly reason: string }[];
  readonly metrics: Metrics;
  /** One prospect's history: of all, the one who went through the most. */
  readonly story?: { readonly prospect: Prospect; readonly timeline: readonly TimelineItem[] };
}

export async function readOutcome(
  client: Client,
  admin: string,
  campaignIds: readonly string[],
): Promise<Outcome> {
  const [events, enrollments, messages, prospects, deadLetters, metrics] = await Promise.all([
    client.all<LoggedEvent>('/v1/events'),
    client.all<Enrollment>('/v1/enrollments'),
    client.all<Message>('/v1/messages'),
    client.all<Prospect>('/v1/prospects'),
    client.all<Outcome['deadLetters'][number]>('/v1/dead-letters'),
    readMetrics(admin),
  ]);
  const reports = await Promise.all(
    campaignIds.map((id) => client.get<Report>(`/v1/campaigns/${id}/report`)),
  );
  const byId = new Map(prospects.map((prospect) => [prospect.id, prospect]));
  const richest = [...enrollments].sort((a, b) => stepsOf(b) - stepsOf(a) || (a.id < b.id ? -1 : 1))[0];
  const prospect = richest && byId.get(richest.prospectId);
  const path = prospect && `/v1/prospects/${encodeURIComponent(prospect.id)}/timeline`;
  return {
    events,
    enrollments,
    messages,
    prospects: byId,
    reports,
    deadLetters,
    metrics,
    ...(path === undefined || prospect === undefined
      ? {}
      : { story: { prospect, timeline: await client.all<TimelineItem>(path) } }),
  };
}

const stepsOf = ({ steps }: Enrollment): number => Object.keys(steps).length;
