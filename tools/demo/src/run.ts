import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Credentials,
  createClient,
  type Herald,
  type Inbox,
  openInbox,
  startHerald,
  waitUntilQuiet,
  writeCredentials,
} from '@herald/harness';
import { readGithub } from './files/github.ts';
import { readStory, type Story } from './files/story.ts';
import { type Options, shown } from './options.ts';
import { type Check, checksOf } from './outcome/checks.ts';
import { asExpected } from './outcome/expected.ts';
import { type Outcome, readOutcome } from './outcome/outcome.ts';
import { createPace } from './playing/pace.ts';
import { type Act, inOrder, type Played, play } from './playing/play.ts';
import { createProgress } from './playing/progress.ts';
import { must, setUp } from './playing/setup.ts';

/** All that a run has come to. */
export interface Result {
  readonly options: Options;
  readonly story: Story;
  readonly played: Played;
  readonly outcome: Outcome;
  readonly inbox: Pick<Inbox, 'mails'>;
  readonly checks: readonly Check[];
  /** The folder with data and log, where it was to be kept. */
  readonly kept?: string;
}

/** ms on the wall before the clock reaches the first event: for Herald to start and to be told its campaigns. */
const LEAD = 2_500;
const DAY = 86_400_000;

/**
 * Runs the story through a Herald of its own, from nothing to the end of the last enrollment, and looks at what came of it. Whatever
 * happens, and also when `interrupted` rejects, the processes have ended and the temporary folder is gone when it settles.
 */
export async function run(
  options: Options,
  say: (line: string) => void,
  interrupted: Promise<never>,
): Promise<Result> {
  const story = await readStory(options);
  const dir = await mkdtemp(join(tmpdir(), 'herald-demo-'));
  const inbox = await openInbox();
  const calledOff = new AbortController();
  let herald: Herald | undefined;
  let keep = options.keep;
  try {
    const credentials = await writeCredentials(dir);
    const length = story.end - story.start;
    say(
      `${Math.round(length / DAY)} days in about ${Math.round(length / story.rate / 1000)} s, in a process of its own`,
    );
    const env = {
      ...credentials.env,
      PORT: '0',
      ADMIN_PORT: '0',
      DATA_DIR: join(dir, 'data'),
      SMTP_URL: inbox.url,
      CLOCK_RATE: String(story.rate),
      CLOCK_START: new Date(story.start - LEAD * story.rate).toISOString(),
    };
    herald = startHerald(env, join(dir, 'all-in-one.log'));
    const told = tell({ options, story, herald, inbox, credentials, calledOff: calledOff.signal, say });
    const { played, outcome } = await Promise.race([told, herald.died, interrupted]);
    const code = await herald.stop();
    herald = undefined;
    const checks = [
      ...checksOf(outcome, played, inbox, story.campaigns),
      ...(options.expected === undefined ? [] : [await asExpected(options.expected, outcome, played)]),
      {
        what: 'told to end (SIGTERM), the process drained and ended with 0',
        problems: code === 0 ? [] : [`it ended with ${code}`],
      },
    ];
    keep ||= checks.some(({ problems }) => problems.length > 0);
    return { options, story, played, outcome, inbox, checks, ...(keep ? { kept: dir } : {}) };
  } finally {
    calledOff.abort();
    await herald?.stop();
    await inbox.stop();
    if (!keep) await rm(dir, { recursive: true, force: true });
  }
}

interface Telling {
  readonly options: Options;
  readonly story: Story;
  readonly herald: Herald;
  readonly inbox: Inbox;
  readonly credentials: Credentials;
  readonly calledOff: AbortSignal;
  readonly say: (line: string) => void;
}

async function tell(telling: Telling): Promise<{ played: Played; outcome: Outcome }> {
  const { options, story, herald, inbox, credentials, calledOff, say } = telling;
  const { campaigns, start, end, rate } = story;
  const { http, admin } = await herald.ready;
  const client = createClient(http, credentials.apiKey);
  const { standIns, clock } = await setUp(client, campaigns, story.templates);
  for (const id of standIns) say(`template ${id} is in no folder given: a plain one stands in for it`);

  const sides: Act[][] = story.events.map((lines) => lines.map((line) => ({ kind: 'event', ...line })));
  if (options.github !== undefined) {
    const github = await readGithub(options.github, credentials.githubSecret);
    await must(client, 'PUT', `/v1/sources/${github.source}`, github.definition);
    sides.push(github.deliveries.map((delivery) => ({ kind: 'hook', ...delivery })));
  }
  say(`API ${http}   metrics ${admin}/metrics\n`);
  const pace = createPace(rate, clock, calledOff);
  await pace.until(start);

  const acts = inOrder(...sides);
  const progress = createProgress(process.stdout, { start, end, acts: acts.length });
  let sent = 0;
  const step = () => ({ now: pace.now(), sent, mails: inbox.mails.length });
  try {
    const played = await play(acts, { api: client, hooks: createClient(http) }, pace, (done) => {
      sent = done;
      progress.show(step());
    });
    await waitUntilQuiet(client, admin, { pace, onLook: () => progress.show(step()) });
    progress.finish(step());
    const ids = campaigns.map(({ id }) => id);
    return { played, outcome: await readOutcome(client, admin, ids) };
  } finally {
    progress.close();
  }
}

/** Where the data of a run is, for people. */
export const keptLine = (dir: string): string => `Data and log stay in ${shown(dir)}`;
