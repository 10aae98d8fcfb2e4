import {
  type Client,
  type Credentials,
  createClient,
  type Herald,
  type Inbox,
  waitUntilQuiet,
} from '@herald/harness';
import { readGithub } from '../files/github.ts';
import type { Story, WorkspaceStory } from '../files/story.ts';
import { type Outcome, readOutcome } from '../outcome/outcome.ts';
import { deedsOf } from '../outside/deeds.ts';
import type { Vendors } from '../outside/vendors.ts';
import { createPace } from './pace.ts';
import { type Act, inOrder, type Played, play } from './play.ts';
import { createProgress } from './progress.ts';
import { must, type SetUp, setUp } from './setup.ts';

interface StoryOptions {
  readonly story: Story;
  readonly herald: Herald;
  readonly inbox: Inbox;
  readonly vendors: Vendors | undefined;
  readonly credentials: Credentials;
  readonly calledOff: AbortSignal;
  readonly say: (line: string) => void;
}

/**
 * Gives Herald its campaigns, then sends each act when the clock reaches it, then waits until all is over.
 */
export async function playStory(options: StoryOptions): Promise<{ played: Played; outcome: Outcome }> {
  const { story, herald, inbox, vendors, credentials, calledOff, say } = options;
  const { start, end, rate, outside } = story;
  const { http, admin } = await herald.ready;
  const hooks = createClient(http);
  const sides: Act[][] = [];
  const asked: Parameters<typeof readOutcome>[0][number][] = [];
  let setting: SetUp | undefined;
  for (const workspace of story.workspaces) {
    const { workspace: name, github, shows } = workspace.files;
    const api = createClient(http, credentials.apiKeys.get(name));
    setting = await setUp(api, withCrm(workspace, vendors));
    for (const id of setting.standIns)
      say(`template ${id} is in no folder given: a plain one stands in for it`);
    for (const lines of workspace.events)
      sides.push(lines.map((line) => ({ kind: 'event', api, ...line }) as const));
    if (github !== undefined) sides.push(await githubSide(github, { api, hooks, name, credentials }));
    asked.push({ client: api, campaignIds: workspace.campaigns.map(({ id }) => id), shows });
  }
  if (setting === undefined) throw new Error('there is no workspace');
  say(`API ${http}   metrics ${admin}/metrics\n`);
  const pace = createPace(rate, setting.clock, calledOff);
  if (vendors !== undefined && outside !== undefined) {
    vendors.connect(http, pace.now);
    sides.push(deedsOf(vendors, http, outside.workspace).map((deed) => ({ kind: 'deed', ...deed }) as const));
  }
  await pace.until(start);

  const acts = inOrder(...sides);
  const progress = createProgress(process.stdout, { start, end, acts: acts.length });
  let sent = 0;
  const step = () => ({
    now: pace.now(),
    sent,
    messages: inbox.mails.length + (vendors?.received() ?? 0),
  });
  const everybody: Pick<Client, 'all'> = {
    all: async <T>(path: string) =>
      (await Promise.all(asked.map(({ client }) => client.all<T>(path)))).flat(),
  };
  const quiet = () => waitUntilQuiet(everybody, admin, { pace, onLook: () => progress.show(step()) });
  try {
    const played = await play(acts, pace, (done) => {
      sent = done;
      progress.show(step());
    });
    await quiet();
    if (vendors !== undefined) {
      // Their last reports may still have effects.
      await vendors.settled();
      await quiet();
    }
    progress.finish(step());
    return { played, outcome: await readOutcome(asked, admin) };
  } finally {
    progress.close();
  }
}

/** Sends the webhooks of its campaigns to the simulated CRM. */
function withCrm(story: WorkspaceStory, vendors: Vendors | undefined): WorkspaceStory {
  if (vendors === undefined) return story;
  const { crm, outside } = vendors;
  const campaigns = story.campaigns.map((campaign) => ({
    ...campaign,
    text: campaign.text.replaceAll(outside.crm, crm.url),
  }));
  return { ...story, campaigns };
}

async function githubSide(
  folder: string,
  of: {
    readonly api: Client;
    readonly hooks: Client;
    readonly name: string;
    readonly credentials: Credentials;
  },
): Promise<Act[]> {
  const github = await readGithub(folder, of.credentials.githubSecret);
  await must(of.api, 'PUT', `/v1/sources/${github.source}`, github.definition);
  return github.deliveries.map((delivery) => ({
    kind: 'hook',
    hooks: of.hooks,
    workspace: of.name,
    ...delivery,
  }));
}
