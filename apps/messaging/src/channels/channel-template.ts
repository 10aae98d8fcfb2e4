import type { Fault } from '@herald/http';
import type { PlainSources } from '@herald/templates';
import type { TemplateContent } from '../templates/content.ts';

/** What a template of one channel consists of. */
export interface ChannelTemplate {
  /** The fields it may have, beside `channel`. */
  readonly fields: readonly (keyof TemplateContent)[];
  /** What is wrong with them that neither their shape nor the template language says. */
  faults(content: TemplateContent): Fault[];
  /** What of it is rendered as text that stands for itself. */
  plain(content: TemplateContent): PlainSources;
}

/** A fault for each of `fields` that is not there. */
export const missing = (
  content: TemplateContent,
  fields: readonly (keyof TemplateContent & string)[],
): Fault[] =>
  fields.flatMap((field) =>
    content[field] === undefined ? [{ path: `/${field}`, message: 'must be given' }] : [],
  );
