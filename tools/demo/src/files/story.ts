import { addDuration } from '@herald/domain';
import type { Options, WorkspaceFiles } from '../options.ts';
import { type Outside, readOutside, readYaml } from '../outside/outside.ts';
import { type CampaignFile, readCampaign } from './campaign-file.ts';
import { type EventLine, readEvents } from './events-file.ts';
import { type FileFault, InputError } from './faults.ts';
import { readTemplates, type TemplateFile } from './template-files.ts';

/** The files of one workspace. */
export interface WorkspaceStory {
  readonly files: WorkspaceFiles;
  readonly campaigns: readonly CampaignFile[];
  readonly templates: readonly TemplateFile[];
  /** The lines of each file of events. */
  readonly events: readonly (readonly EventLine[])[];
  /** As JSON. */
  readonly settings: string;
}

/** The content of all files, before anything runs. */
export interface Story {
  readonly workspaces: readonly WorkspaceStory[];
  /** The campaigns of all workspaces. */
  readonly campaigns: readonly CampaignFile[];
  /** What the simulated SendGrid, Twilio, CRM and people do, and in which workspace. */
  readonly outside?: { readonly workspace: string; readonly plays: Outside };
  /** When the clock starts: the time of the first event. */
  readonly start: number;
  /** When everything should be over. */
  readonly end: number;
  /** How many times as fast as the wall clock Herald's clock runs. */
  readonly rate: number;
}

/** The settings of a workspace that has no file of them: its mails go to the inbox. */
const SETTINGS = {
  zone: 'UTC',
  senders: { email: { from: { email: 'hello@inkwell.example', name: 'Inkwell' } } },
  providers: { email: ['smtp'] },
};

/** Faster than this, a request would take hours of the story. */
const MAX_RATE = 60_000;

/**
 * Reads the files. In the user's own files a line that is no JSON is a fault; the examples have some on
 * purpose. Throws `InputError`.
 */
export async function readStory(options: Options): Promise<Story> {
  const faults: FileFault[] = [];
  const workspaces = await Promise.all(
    options.workspaces.map(async (files): Promise<WorkspaceStory> => {
      const read = await Promise.all(files.events.map(readEvents));
      if (options.own) faults.push(...read.flatMap((file) => file.faults));
      return {
        files,
        campaigns: await Promise.all(files.campaigns.map(readCampaign)),
        templates: (await Promise.all(files.templates.map(readTemplates))).flat(),
        events: read.map((file) => file.lines),
        settings: JSON.stringify(files.settings === undefined ? SETTINGS : await readYaml(files.settings)),
      };
    }),
  );
  if (faults.length > 0) throw new InputError(faults);
  const campaigns = workspaces.flatMap((workspace) => workspace.campaigns);
  const at = options.workspaces.find(({ outside }) => outside !== undefined);

  const lines = workspaces.flatMap(({ events }) => events.flat()).filter(({ arrives }) => arrives > 0);
  // Where no event has a time of its own, the story begins now.
  const start = lines.length === 0 ? Date.now() : Math.min(...lines.map(({ arrives }) => arrives));
  const last = Math.max(start, ...lines.map(({ arrives }) => arrives));
  const ends = campaigns.map(({ enterOn, waits }) => {
    const entries = lines.filter(({ type }) => type === enterOn).map(({ arrives }) => arrives);
    return waits.reduce(after, entries.length === 0 ? last : Math.max(...entries));
  });
  const end = Math.max(last, ...ends);
  const rate = Math.min(MAX_RATE, Math.max(1, Math.round((end - start) / (options.seconds * 1000))));
  return {
    workspaces,
    campaigns,
    ...(at?.outside === undefined
      ? {}
      : { outside: { workspace: at.workspace, plays: await readOutside(at.outside) } }),
    start,
    end,
    rate,
  };
}

/** The instant after a duration. What is no duration counts as none: the server refuses it. */
function after(from: number, duration: string): number {
  try {
    return addDuration(from, duration, 'UTC');
  } catch {
    return from;
  }
}
