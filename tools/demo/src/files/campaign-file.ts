import { readFile } from 'node:fs/promises';
import { CHANNELS, type Channel, isObject } from '@herald/domain';
import type { ApiFault } from '@herald/harness';
import { LineCounter, parseDocument } from 'yaml';
import { shown } from '../options.ts';
import { type FileFault, InputError } from './faults.ts';

/** A campaign's file, and what the demo needs to know of it. The server checks the campaign, not the demo. */
export interface CampaignFile {
  readonly file: string;
  readonly text: string;
  readonly id: string;
  readonly name: string;
  /** The type of event that lets people in. */
  readonly enterOn?: string | undefined;
  /** The ids of its steps, in the order of the file. */
  readonly stepIds: readonly string[];
  /** The templates that its steps name, each with its channel. */
  readonly templates: readonly TemplateName[];
  /** The durations of all its waits, in ISO 8601. A wait until a time of day counts as one day. */
  readonly waits: readonly string[];
  /** Steps that wait until a time of day. */
  readonly morning: readonly {
    readonly stepId: string;
    readonly at: string;
    readonly zone?: string | undefined;
  }[];
  /** The place in the file of a fault that the server names. */
  locate(fault: ApiFault): FileFault;
}

export interface TemplateName {
  readonly id: string;
  readonly channel: Channel;
}

/** How Herald names the place of a fault in a campaign. */
const PLACED = /^line (\d+), column (\d+): (.*)$/s;

/** Throws `InputError` where the file is no YAML, or has no id. */
export async function readCampaign(file: string): Promise<CampaignFile> {
  const name = shown(file);
  const text = await readFile(file, 'utf8');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors.map((error): FileFault => {
    const place = lines.linePos(error.pos[0]);
    const reason = error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'is no YAML';
    return { file: name, line: place.line, column: place.col, reason };
  });
  if (broken.length > 0) throw new InputError(broken);
  const value: unknown = document.toJS();
  if (!isObject(value) || typeof value.id !== 'string' || value.id === '')
    throw new InputError([
      { file: name, line: 1, reason: 'is no campaign: it needs an id, enter and steps' },
    ]);

  const found = {
    stepIds: [] as string[],
    templates: new Map<string, TemplateName>(),
    waits: [] as string[],
    morning: [] as CampaignFile['morning'][number][],
  };
  collect(value.steps, found);
  return {
    file: name,
    text,
    id: value.id,
    name: typeof value.name === 'string' ? value.name : value.id,
    enterOn: isObject(value.enter) && typeof value.enter.on === 'string' ? value.enter.on : undefined,
    stepIds: found.stepIds,
    templates: [...found.templates.values()],
    waits: found.waits,
    morning: found.morning,
    locate({ path, message }) {
      const [, line, column, reason] = PLACED.exec(message) ?? [];
      if (line === undefined || reason === undefined)
        return { file: name, reason: `${path} ${message}`.trim() };
      return { file: name, line: Number(line), column: Number(column), reason: `${path} ${reason}` };
    },
  };
}

/** Walks a campaign that may be wrong anywhere. */
function collect(
  value: unknown,
  found: {
    stepIds: string[];
    templates: Map<string, TemplateName>;
    waits: string[];
    morning: CampaignFile['morning'][number][];
  },
): void {
  if (Array.isArray(value)) for (const item of value) collect(item, found);
  if (!isObject(value)) return;
  if (typeof value.id === 'string') found.stepIds.push(value.id);
  for (const channel of CHANNELS) {
    const sends = value[channel];
    if (isObject(sends) && typeof sends.template === 'string')
      found.templates.set(sends.template, { id: sends.template, channel });
  }
  if (typeof value.wait === 'string') found.waits.push(value.wait);
  if (isObject(value.wait) && isObject(value.wait.until)) {
    found.waits.push('P1D');
    const { at, zone } = value.wait.until;
    if (typeof at === 'string' && typeof value.id === 'string')
      found.morning.push({
        stepId: value.id,
        at,
        zone: typeof zone === 'string' && zone !== 'prospect' ? zone : undefined,
      });
  }
  if (isObject(value.waitFor) && typeof value.waitFor.timeout === 'string')
    found.waits.push(value.waitFor.timeout);
  for (const key of ['then', 'else', 'choose', 'steps', 'otherwise']) collect(value[key], found);
}
