import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { parse } from 'yaml';
import { shown } from '../options.ts';
import type { TemplateName } from './campaign-file.ts';
import { type FileFault, InputError, reasonOf } from './faults.ts';
import { titleOf } from './html-title.ts';

export interface TemplateFile {
  readonly id: string;
  readonly file?: string;
  /** The body of the PUT, as JSON. */
  readonly body: string;
}

/**
 * The templates of a folder: `welcome.yaml` (or .yml, .json) holds the fields of template `welcome`;
 * `welcome.html` is its HTML, with the words of `<title>` as its subject. Throws `InputError` for files that
 * cannot be read.
 */
export async function readTemplates(dir: string): Promise<TemplateFile[]> {
  const templates: TemplateFile[] = [];
  const faults: FileFault[] = [];
  for (const entry of (await readdir(dir)).sort()) {
    const file = join(dir, entry);
    const kind = extname(entry);
    const id = basename(entry, kind);
    if (!['.yaml', '.yml', '.json', '.html'].includes(kind)) continue;
    try {
      const text = await readFile(file, 'utf8');
      const value = kind === '.html' ? fromHtml(text) : parse(text);
      templates.push({ id, file: shown(file), body: JSON.stringify(value) });
    } catch (error) {
      faults.push({ file: shown(file), reason: reasonOf(error).split('\n')[0] ?? 'cannot be read' });
    }
  }
  if (faults.length === 0 && templates.length === 0)
    faults.push({ file: shown(dir), reason: 'has no templates: files such as welcome.yaml or welcome.html' });
  if (faults.length > 0) throw new InputError(faults);
  // A layout must exist before the templates that name it.
  return templates.sort((a, b) => Number(isLayout(b)) - Number(isLayout(a)));
}

const isLayout = (template: TemplateFile): boolean => JSON.parse(template.body)?.channel === 'layout';

function fromHtml(html: string): object {
  const subject = titleOf(html);
  if (subject === undefined) throw new Error('has no <title>: its words become the subject of the mail');
  return { channel: 'email', subject, html };
}

/** Stands in for a template that a campaign names and that has no file. */
export const plainTemplate = ({ id, channel }: TemplateName): TemplateFile => ({
  id,
  body: JSON.stringify({ channel, ...PLAIN[channel](id) }),
});

const PLAIN: { readonly [C in TemplateName['channel']]: (id: string) => object } = {
  email: (id) => ({
    subject: `${id}: a stand-in`,
    html: [
      `<p>Hello <%= it.prospect.traits.name ?? 'there' %>,</p>`,
      `<p>this stands where your template <b>${id}</b> will be.</p>`,
      `<p><a href="<%= it.links.unsubscribe %>">Unsubscribe</a></p>`,
    ].join('\n'),
  }),
  sms: (id) => ({ text: `This stands where your template ${id} will be.` }),
  call: (id) => ({ text: `Hello. [pause 1s] This stands where your template ${id} will be.` }),
  webhook: (id) => ({ body: `{ "template": "${id}", "prospect": <%= it.prospect.id %> }` }),
};
