import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { root, WORKSPACE } from '@herald/harness';
import { type FileFault, InputError } from './files/faults.ts';

/** The files of one workspace of a run. */
export interface WorkspaceFiles {
  readonly workspace: string;
  /** Files with a campaign each. */
  readonly campaigns: readonly string[];
  /** Folders of templates. Their ids are the names of the files. */
  readonly templates: readonly string[];
  /** Files with an event a line, in the order of arrival. */
  readonly events: readonly string[];
  /** A file with its settings. Absent: a sender of e-mail, and nothing else. */
  readonly settings?: string;
  /** The folder of the GitHub example: source and deliveries. */
  readonly github?: string;
  /** A file that says how the simulated SendGrid, Twilio and CRM, and people, behave. */
  readonly outside?: string;
  /** Whose history the report shows. Absent: that of the prospect with the longest one. */
  readonly shows?: string;
}

export interface Options {
  readonly workspaces: readonly WorkspaceFiles[];
  /** The file with the expected result. */
  readonly expected?: string;
  /** The files are the user's own: faults in them are shown as such. */
  readonly own: boolean;
  /** The temporary folder is kept. */
  readonly keep: boolean;
  /** About how many s of wall time the whole story may take. */
  readonly seconds: number;
}

/**
 * What to run: the examples, or with EVENTS and CAMPAIGN the user's own. Throws `InputError` for missing
 * files.
 */
export function readOptions(env: Readonly<Record<string, string | undefined>>): Options {
  const { EVENTS, CAMPAIGN, TEMPLATES } = env;
  const common = { keep: given(env.KEEP), seconds: seconds(env.DEMO_SECONDS) };
  if (!given(EVENTS) && !given(CAMPAIGN) && !given(TEMPLATES)) return { ...examples(), ...common };

  const faults: FileFault[] = [];
  if (!EVENTS) faults.push({ file: 'EVENTS', reason: 'is missing: a file with one event a line, as JSON' });
  if (!CAMPAIGN)
    faults.push({ file: 'CAMPAIGN', reason: 'is missing: a file with a campaign, as YAML or JSON' });
  for (const file of [EVENTS, CAMPAIGN, TEMPLATES]) {
    if (file && !existsSync(file)) faults.push({ file, reason: 'is not there' });
  }
  if (faults.length > 0 || !EVENTS || !CAMPAIGN) throw new InputError(faults);
  const files: WorkspaceFiles = {
    workspace: WORKSPACE,
    campaigns: [resolve(CAMPAIGN)],
    templates: TEMPLATES ? [resolve(TEMPLATES)] : [],
    events: [resolve(EVENTS)],
  };
  return {
    workspaces: [files],
    own: true,
    ...common,
  };
}

function examples(): Omit<Options, 'keep' | 'seconds'> {
  const trial = join(root, 'examples/trial-onboarding');
  const github = join(root, 'examples/stargazers');
  const renewal = join(root, 'examples/renewal');
  return {
    workspaces: [
      {
        workspace: WORKSPACE,
        campaigns: [join(trial, 'campaign.yaml'), join(github, 'campaign.yaml')],
        templates: [join(trial, 'templates'), join(github, 'templates')],
        events: [join(trial, 'events.jsonl'), join(github, 'addresses.jsonl')],
        github,
      },
      {
        workspace: 'larch',
        campaigns: [join(renewal, 'campaign.yaml')],
        templates: [join(renewal, 'templates')],
        events: [join(renewal, 'events.jsonl')],
        settings: join(renewal, 'settings.yaml'),
        outside: join(renewal, 'outside.yaml'),
        shows: 'larch-1005',
      },
    ],
    expected: join(root, 'examples/expected.yaml'),
    own: false,
  };
}

const given = (value: string | undefined): boolean => value !== undefined && value !== '';

function seconds(text: string | undefined): number {
  if (!given(text)) return 35;
  const value = Number(text);
  if (!(value >= 1 && value <= 3600))
    throw new InputError([{ file: 'DEMO_SECONDS', reason: 'is no number from 1 to 3600' }]);
  return value;
}

/** A file's name as the user would write it. */
export const shown = (file: string): string => {
  const near = relative(process.cwd(), file);
  return near === '' || near.startsWith('..') ? file : near;
};
