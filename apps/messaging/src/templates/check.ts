import type { Fault } from '@herald/http';
import type { PartFault, Renderer } from '@herald/templates';
import type { TemplateContent } from '../channels/channel.ts';
import { busyAsProblem } from './busy.ts';
import { templateKinds } from './kinds.ts';
import type { TemplateLibrary } from './library.ts';

/**
 * Every fault of a template that shows without data, and the partials that it takes in.
 */
export type CheckTemplate = (
  workspace: string,
  id: string,
  content: TemplateContent,
) => Promise<{ readonly faults: readonly Fault[]; readonly partials: readonly string[] }>;

export function createCheckTemplate(deps: {
  readonly library: TemplateLibrary;
  readonly renderer: Renderer;
}): CheckTemplate {
  const { library, renderer } = deps;
  return async (workspace, id, content) => {
    const { mail = {}, plain } = templateKinds[content.channel].sources(content);
    const [named, checked, kept] = await Promise.all([
      layoutFaults(library, workspace, content),
      renderer.check(workspace, mail, plain).catch((error: unknown) => {
        throw busyAsProblem(error);
      }),
      library.latest(workspace, id),
    ]);
    const changed =
      kept !== undefined && kept.channel !== content.channel
        ? [{ path: '/channel', message: `must stay ${kept.channel}` }]
        : [];
    const { faults, partials } = checked;
    const gone = await partialFaults(library, workspace, partials);
    return {
      faults: [...shapeFaults(content), ...named, ...changed, ...faults.map(pointTo), ...gone],
      partials,
    };
  };
}

const shapeFaults = (content: TemplateContent): Fault[] => {
  const { fields, faults } = templateKinds[content.channel];
  const names = Object.keys(fields);
  const foreign = Object.keys(content).filter((name) => name !== 'channel' && !names.includes(name));
  return [
    ...faults(content),
    ...foreign.map((name) => ({
      path: `/${name}`,
      message: `is not for channel ${content.channel}, which has ${names.join(', ')}`,
    })),
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
const pointTo = ({ part, place, reason }: PartFault): Fault => {
  const path = part === undefined ? '' : `/${part.replace(/^(layout|partial\.self)\./, '')}`;
  return { path, message: place ? `line ${place.line}, column ${place.column}: ${reason}` : reason };
};
