import { addDuration } from '@herald/domain';
import type { Options } from '../options.ts';
import { type CampaignFile, readCampaign } from './campaign-file.ts';
import { type EventLine, readEvents } from './events-file.ts';
import { InputError } from './faults.ts';
import { readTemplates, type TemplateFile } from './template-files.ts';

/** All that the files say, before anything runs. */
export interface Story {
  readonly campaigns: readonly CampaignFile[];
  readonly templates: readonly TemplateFile[];
  /** The lines of each file of events. */
  readonly events: readonly (readonly EventLine[])[];
  /** When the clock starts: the first event's time. */
  readonly start: number;
  /** By when everything should be over. */
  readonly end: number;
  /** How many times faster than the wall the clock has to run. */
  readonly rate: number;
}

/** Faster than this, the time that a request takes would be hours of the story. */
const MAX_RATE = 60_000;

/** Reads the files. In the user's own, a line that is no JSON is a fault; the examples have some on purpose. Throws `InputError`. */
export async function readStory(options: Options): Promise<Story> {
  const read = await Promise.all(options.events.map(readEvents));
  const campaigns = await Promise.all(options.campaigns.map(readCampaign));
  const templates = (await Promise.all(options.templates.map(readTemplates))).flat();
  const faults = options.own ? read.flatMap((file) => file.faults) : [];
  if (faults.length > 0) throw new InputError(faults);

  const lines = read.flatMap((file) => file.lines).filter(({ arrives }) => arrives > 0);
  // Events that all happen when they arrive, at no time of their own, may as well begin now.
  const start = lines.length === 0 ? Date.now() : Math.min(...lines.map(({ arrives }) => arrives));
  const last = Math.max(start, ...lines.map(({ arrives }) => arrives));
  const ends = campaigns.map(({ enterOn, waits }) => {
    const entries = lines.filter(({ type }) => type === enterOn).map(({ arrives }) => arrives);
    return waits.reduce(after, entries.length === 0 ? last : Math.max(...entries));
  });
  const end = Math.max(last, ...ends);
  const rate = Math.min(MAX_RATE, Math.max(1, Math.round((end - start) / (options.seconds * 1000))));
  return { campaigns, templates, events: read.map((file) => file.lines), start, end, rate };
}

/** The instant a duration leads to; one that is none is for the server to refuse. */
function after(from: number, duration: string): number {
  try {
    return addDuration(from, duration, 'UTC');
  } catch {
    return from;
  }
}
