import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Herald, type Inbox, openInbox, startHerald, writeCredentials } from '@herald/harness';
import { readStory, type Story } from './files/story.ts';
import { type Options, shown } from './options.ts';
import { type Check, checksOf } from './outcome/checks.ts';
import { asExpected } from './outcome/expected.ts';
import type { Outcome } from './outcome/outcome.ts';
import { renewalChecks } from './outcome/renewal-checks.ts';
import { startVendors, type Vendors } from './outside/vendors.ts';
import type { Played } from './playing/play.ts';
import { playStory } from './playing/play-story.ts';

/** The result of a run. */
export interface Result {
  readonly options: Options;
  readonly story: Story;
  readonly played: Played;
  readonly outcome: Outcome;
  readonly inbox: Pick<Inbox, 'mails'>;
  readonly vendors: Vendors | undefined;
  readonly checks: readonly Check[];
  /** The folder with data and log, if it is kept. */
  readonly kept: string | undefined;
}

/** ms of wall time before the clock reaches the first event: Herald starts and gets its campaigns. */
const LEAD = 3_000;
const DAY = 86_400_000;

/**
 * Runs the story through a new Herald, until the end of the last enrollment, and checks the result. When it
 * settles, whatever happened, and also when `interrupted` rejects, the processes have ended and the temporary
 * folder is removed.
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
  let vendors: Vendors | undefined;
  let herald: Herald | undefined;
  let keep = options.keep;
  try {
    const [, ...others] = options.workspaces.map(({ workspace }) => workspace);
    const credentials = await writeCredentials(dir, undefined, others);
    if (story.outside !== undefined) {
      vendors = await startVendors(story.outside.plays);
      const secret = join(credentials.env.SECRETS_DIR ?? dir, `${story.outside.workspace}.crm`);
      await writeFile(secret, vendors.crmSecret, { mode: 0o600 });
    }
    const length = story.end - story.start;
    say(
      `${Math.round(length / DAY)} days in about ${Math.round(length / story.rate / 1000)} s, in a ` +
        'process of its own',
    );
    const env = {
      ...credentials.env,
      ...vendors?.env,
      PORT: '0',
      ADMIN_PORT: '0',
      DATA_DIR: join(dir, 'data'),
      SMTP_URL: inbox.url,
      CLOCK_RATE: String(story.rate),
      CLOCK_START: new Date(story.start - LEAD * story.rate).toISOString(),
    };
    herald = startHerald(env, join(dir, 'all-in-one.log'));
    const playing = playStory({
      story,
      herald,
      inbox,
      vendors,
      credentials,
      calledOff: calledOff.signal,
      say,
    });
    const { played, outcome } = await Promise.race([playing, herald.died, interrupted]);
    const code = await herald.stop();
    herald = undefined;
    const checks = [
      ...checksOf(outcome, played, inbox, story.campaigns),
      ...(vendors === undefined ? [] : renewalChecks(outcome, vendors, credentials.linkSecret)),
      ...(options.expected === undefined ? [] : [await asExpected(options.expected, outcome, played)]),
      {
        what: 'on SIGTERM the process drained and ended with 0',
        problems: code === 0 ? [] : [`it ended with ${code}`],
      },
    ];
    keep ||= checks.some(({ problems }) => problems.length > 0);
    return {
      options,
      story,
      played,
      outcome,
      inbox,
      checks,
      vendors,
      kept: keep ? dir : undefined,
    };
  } finally {
    calledOff.abort();
    await herald?.stop();
    await Promise.all([inbox.stop(), vendors?.close()]);
    if (!keep) await rm(dir, { recursive: true, force: true });
  }
}

/** The line that says where the data of a run is. */
export const keptLine = (dir: string): string => `Data and log stay in ${shown(dir)}`;
