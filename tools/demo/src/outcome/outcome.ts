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

/** Everything that happened, as Herald's API shows it. */
export interface Outcome {
  readonly events: readonly LoggedEvent[];
  readonly enrollments: readonly Enrollment[];
  readonly messages: readonly Message[];
  readonly prospects: ReadonlyMap<string, Prospect>;
  readonly reports: readonly Report[];
  readonly deadLetters: readonly { readonly queue: string; readonly reason: string }[];
  readonly metrics: Metrics;
  /** One prospect's history in each workspace. */
  readonly histories: readonly History[];
}

export interface History {
  readonly prospect: Prospect;
  readonly timeline: readonly TimelineItem[];
}

/** A workspace to read, and whose history. Default: the longest history of all. */
interface Asked {
  readonly client: Client;
  readonly campaignIds: readonly string[];
  readonly shows?: string | undefined;
}

/** Everything that happened in several workspaces. Ids of prospects and events must differ between them. */
export async function readOutcome(workspaces: readonly Asked[], admin: string): Promise<Outcome> {
  const read = await Promise.all(workspaces.map(readWorkspace));
  const prospects = new Map(read.flatMap((one) => [...one.prospects]));
  if (prospects.size < read.reduce((sum, one) => sum + one.prospects.size, 0))
    throw new Error('two workspaces have a prospect of the same id: the report could not tell them apart');
  return {
    events: read.flatMap(({ events }) => events),
    enrollments: read.flatMap(({ enrollments }) => enrollments),
    messages: read.flatMap(({ messages }) => messages),
    prospects,
    reports: read.flatMap(({ reports }) => reports),
    deadLetters: read.flatMap(({ deadLetters }) => deadLetters),
    metrics: await readMetrics(admin),
    histories: read.flatMap(({ history }) => history ?? []),
  };
}

async function readWorkspace({ client, campaignIds, shows }: Asked) {
  const [events, enrollments, messages, prospects, deadLetters] = await Promise.all([
    client.all<LoggedEvent>('/v1/events'),
    client.all<Enrollment>('/v1/enrollments'),
    client.all<Message>('/v1/messages'),
    client.all<Prospect>('/v1/prospects'),
    client.all<Outcome['deadLetters'][number]>('/v1/dead-letters'),
  ]);
  const reports = await Promise.all(
    campaignIds.map((id) => client.get<Report>(`/v1/campaigns/${id}/report`)),
  );
  const byId = new Map(prospects.map((prospect) => [prospect.id, prospect]));
  const richest = [...enrollments].sort((a, b) => stepsOf(b) - stepsOf(a) || (a.id < b.id ? -1 : 1))[0];
  const prospect = byId.get(shows ?? richest?.prospectId ?? '');
  const history = prospect && {
    prospect,
    timeline: await client.all<TimelineItem>(`/v1/prospects/${encodeURIComponent(prospect.id)}/timeline`),
  };
  return { events, enrollments, messages, prospects: byId, reports, deadLetters, history };
}

const stepsOf = ({ steps }: Enrollment): number => Object.keys(steps).length;
