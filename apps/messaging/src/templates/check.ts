import { SETTINGS_ID } from '@herald/contracts';
import type { Fault } from '@herald/http';
import type { PartFault, Renderer } from '@herald/templates';
import type { TemplateContent } from '../channels/channel.ts';
import type { Settings } from '../settings/settings.ts';
import { sendingOf, streamFault } from '../settings/streams.ts';
import { busyAsProblem } from './busy.ts';
import { templateKinds } from './kinds.ts';
import type { TemplateLibrary } from './library.ts';
import { TEXT_NAMES, variantFaults, variantPath } from './variants.ts';

/** What a check finds without data. */
interface CheckedTemplate {
  readonly faults: readonly Fault[];
  /** Those that it takes in, in any language. */
  readonly partials: readonly string[];
  /** What may not have been meant: data that a variant names and the default does not. */
  readonly warnings: readonly string[];
}

export type CheckTemplate = (
  workspace: string,
  id: string,
  content: TemplateContent,
) => Promise<CheckedTemplate>;

export function createCheckTemplate(deps: {
  readonly library: TemplateLibrary;
  readonly renderer: Renderer;
  readonly settings: Pick<Settings, 'of' | 'refresh'>;
}): CheckTemplate {
  const { library, renderer, settings } = deps;

  const streamFaults = async (workspace: string, { stream }: TemplateContent): Promise<Fault[]> => {
    if (stream === undefined) return [];
    const isThere = () => sendingOf(settings.of(workspace), stream) !== undefined;
    // Another replica may just have saved it.
    if (!isThere()) await settings.refresh(workspace, SETTINGS_ID);
    const { streams = {} } = settings.of(workspace);
    return isThere() ? [] : [{ path: '/stream', message: streamFault(streams) }];
  };

  return async (workspace, id, content) => {
    const [named, checked, kept] = await Promise.all([
      layoutFaults(library, workspace, content),
      checkTexts(renderer, workspace, content),
      library.latest(workspace, id),
    ]);
    const changed =
      kept !== undefined && kept.channel !== content.channel
        ? [{ path: '/channel', message: `must stay ${kept.channel}` }]
        : [];
    const { faults, partials, warnings } = checked;
    const gone = await partialFaults(library, workspace, partials);
    const astray = await streamFaults(workspace, content);
    return {
      faults: [...shapeFaults(content), ...named, ...changed, ...faults, ...gone, ...astray],
      partials,
      warnings,
    };
  };
}

/** The texts of the template and of each variant, one after the other: a workspace has its turn for each. */
async function checkTexts(
  renderer: Renderer,
  workspace: string,
  content: TemplateContent,
): Promise<CheckedTemplate> {
  const check = async (variant: TemplateContent, path: string) => {
    const { mail = {}, plain } = templateKinds[content.channel].sources(variant);
    const checked = await renderer.check(workspace, mail, plain).catch((error: unknown) => {
      throw busyAsProblem(error);
    });
    return { ...checked, faults: checked.faults.map((fault) => pointTo(fault, path)) };
  };
  const main = await check(content, '');
  const faults = [...main.faults];
  const partials = new Set(main.partials);
  const warnings: string[] = [];
  for (const [tag, texts] of Object.entries(content.locales ?? {})) {
    const variant = await check({ channel: content.channel, ...texts }, variantPath(tag));
    faults.push(...variant.faults);
    for (const name of variant.partials) partials.add(name);
    const strange = longest(variant.variables.filter((path) => !main.variables.includes(path)));
    if (strange.length > 0)
      warnings.push(`${variantPath(tag)} uses what the default does not: ${strange.join(', ')}`);
  }
  return { faults, partials: [...partials], warnings };
}

/** Without the beginnings of others. */
const longest = (paths: readonly string[]): string[] =>
  paths.filter((path) => !paths.some((other) => other.startsWith(`${path}.`)));

const shapeFaults = (content: TemplateContent): Fault[] => {
  const { fields, faults } = templateKinds[content.channel];
  const names = Object.keys(fields);
  const texts = names.filter((name) => TEXT_NAMES.includes(name));
  const known = texts.length > 0 ? [...names, 'locales'] : names;
  const foreignTo = (there: readonly string[], part: object): Fault[] =>
    Object.keys(part)
      .filter((name) => name !== 'channel' && !there.includes(name))
      .map((name) => ({
        path: `/${name}`,
        message: `is not for channel ${content.channel}, which has ${there.join(', ')}`,
      }));
  return [
    ...faults(content),
    ...foreignTo(known, content),
    ...variantFaults(content, (variant) => [...faults(variant), ...foreignTo(names, variant)]),
  ];
};

async function layoutFaults(
  library: TemplateLibrary,
  workspace: string,
  { channel, layout }: TemplateContent,
): Promise<Fault[]> {
  if (layout === undefined || !('layout' in templateKinds[channel].fields)) return [];
  const found = await library.latest(workspace, layout);
  if (found === undefined) return [{ path: '/layout', message: 'must be a template that exists' }];
  return found.channel === 'layout'
    ? []
    : [{ path: '/layout', message: 'must be a template of channel layout' }];
}

/** Every partial must exist. */
async function partialFaults(
  library: TemplateLibrary,
  workspace: string,
  names: readonly string[],
): Promise<Fault[]> {
  const all = await Promise.all(
    names.map(async (name): Promise<Fault[]> => {
      const found = await library.latest(workspace, name);
      if (found?.channel !== 'partial')
        return [{ path: '', message: `partial ${name} must be a template of channel partial that exists` }];
      return [];
    }),
  );
  return all.flat();
}

/**
 * The parts of a layout and of a partial have names of their own; their author knows them as html and text.
 */
const pointTo = ({ part, place, reason }: PartFault, within: string): Fault => {
  const path = part === undefined ? within : `${within}/${part.replace(/^(layout|partial\.self)\./, '')}`;
  return { path, message: reason, inside: place };
};
