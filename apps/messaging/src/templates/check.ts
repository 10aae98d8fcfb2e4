import type { Fault } from '@herald/service';
import { busyAsProblem } from './busy.ts';
import type { TemplateContent } from './content.ts';
import type { TemplateLibrary } from './library.ts';
import type { PartFault, TemplateSources } from './rendering/parts.ts';
import type { Renderer } from './rendering/renderer.ts';

/** Everything wrong with a template that can be told before it meets data. */
export type CheckTemplate = (workspace: string, id: string, content: TemplateContent) => Promise<Fault[]>;

export function createCheckTemplate(deps: {
  readonly library: TemplateLibrary;
  readonly renderer: Renderer;
}): CheckTemplate {
  const { library, renderer } = deps;
  return async (workspace, id, content) => {
    const [named, parts, kept] = await Promise.all([
      layoutFaults(library, workspace, content),
      renderer.check(workspace, sourcesToCheck(content)).catch((error: unknown) => {
        throw busyAsProblem(error);
      }),
      library.latest(workspace, id),
    ]);
    const changed =
      kept !== undefined && kept.channel !== content.channel
        ? [{ path: '/channel', message: `must stay ${kept.channel}` }]
        : [];
    return [...shapeFaults(content), ...named, ...changed, ...parts.map(pointTo)];
  };
}

const sourcesToCheck = ({ channel, subject, html, text }: TemplateContent): TemplateSources => {
  const body = { ...(html === undefined ? {} : { html }), ...(text === undefined ? {} : { text }) };
  if (channel === 'layout') return { layout: body };
  return { ...(subject === undefined ? {} : { subject }), ...body };
};

function shapeFaults({ channel, subject, html, text, layout, transactional }: TemplateContent): Fault[] {
  const faults: Fault[] = [];
  const wrong = (path: string, message: string): void => void faults.push({ path, message });
  if (html === undefined && text === undefined) wrong('', 'must have html, or text, or both');
  if (channel === 'email' && subject === undefined) wrong('/subject', 'must be given');
  if (channel === 'layout') {
    if (subject !== undefined) wrong('/subject', 'is not for a layout');
    if (layout !== undefined) wrong('/layout', 'is not for a layout: layouts do not nest');
    if (transactional !== undefined) wrong('/transactional', 'is not for a layout');
  }
  return faults;
}

async function layoutFaults(
  library: TemplateLibrary,
  workspace: string,
  { channel, layout }: TemplateContent,
): Promise<Fault[]> {
  if (layout === undefined || channel === 'layout') return [];
  const found = await library.latest(workspace, layout);
  if (found === undefined) return [{ path: '/layout', message: 'must be a template that exists' }];
  return found.channel === 'layout'
    ? []
    : [{ path: '/layout', message: 'must be a template of channel layout' }];
}

/** A layout's own parts are called as if they went around something; its author calls them html and text. */
const pointTo = ({ part, place, reason }: PartFault): Fault => {
  const path = part === undefined ? '' : `/${part.replace('layout.', '')}`;
  return { path, message: place ? `line ${place.line}, column ${place.column}: ${reason}` : reason };
};
