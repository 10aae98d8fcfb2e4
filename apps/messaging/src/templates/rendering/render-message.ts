import { isHeaderSafe } from '../../addresses/email-address.ts';
import { type CompiledTemplate, compileTemplate } from '../language/compile.ts';
import { TemplateFault } from '../language/fault.ts';
import type { Dialect } from '../language/generate.ts';
import type { Locality } from '../language/helpers.ts';
import type { LayoutSources, PartFault, PartName, Rendered, TemplateSources } from './parts.ts';
import { plainText } from './plain-text.ts';

export interface RenderOptions {
  /** `it`: what JSON can hold. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly locality: Locality;
  /** Characters of any part, at most. */
  readonly limit: number;
}

/** A fault with the part it is in; thrown and caught in the thread that renders. */
export class PartError extends Error {
  readonly fault: PartFault;

  constructor(fault: PartFault) {
    super(fault.reason);
    this.fault = fault;
  }
}

/** Compiled templates by their text; the oldest go first when the texts grow past `MAX_CACHED` characters. */
const compiled = new Map<string, CompiledTemplate>();
const MAX_CACHED = 8_000_000;
let cached = 0;

const SUBJECT_LIMIT = 500;

/** Every fault that can be told without data. */
export function checkSources(sources: TemplateSources): PartFault[] {
  const parts: [PartName, string | undefined, Dialect][] = [
    ['subject', sources.subject, TEXT],
    ['html', sources.html, HTML],
    ['text', sources.text, TEXT],
    ...layoutParts(sources.layout),
  ];
  return parts.flatMap(([part, source, dialect]) => {
    if (source === undefined) return [];
    try {
      compiledFrom(part, source, dialect);
      return [];
    } catch (error) {
      if (error instanceof PartError) return [error.fault];
      throw error;
    }
  });
}

/** The message. Throws `PartError`. */
export function renderMessage(sources: TemplateSources, options: RenderOptions): Rendered {
  const { layout = {} } = sources;
  const subject = subjectOf(run('subject', sources.subject ?? '', TEXT, options));
  const body = runIf('html', sources.html, HTML, options);
  const html =
    body === undefined ? undefined : around('layout.html', layout.html, LAYOUT_HTML, body, options);
  const plain = runIf('text', sources.text, TEXT, options);
  const text =
    plain === undefined
      ? plainText(html ?? '')
      : around('layout.text', layout.text, LAYOUT_TEXT, plain, options);
  return { subject, text: text.toWellFormed(), ...(html === undefined ? {} : { html: html.toWellFormed() }) };
}

const HTML: Dialect = { html: true, layout: false };
const TEXT: Dialect = { html: false, layout: false };
const LAYOUT_HTML: Dialect = { html: true, layout: true };
const LAYOUT_TEXT: Dialect = { html: false, layout: true };

const layoutParts = (layout: LayoutSources = {}): [PartName, string | undefined, Dialect][] => [
  ['layout.html', layout.html, LAYOUT_HTML],
  ['layout.text', layout.text, LAYOUT_TEXT],
];

/** A subject becomes a header: a line break in it would be another header. */
function subjectOf(text: string): string {
  const subject = text.trim().toWellFormed();
  const reason =
    subject === ''
      ? 'it is empty'
      : subject.length > SUBJECT_LIMIT
        ? `it is longer than ${SUBJECT_LIMIT} characters`
        : !isHeaderSafe(subject)
          ? 'it has a line break or another control character'
          : undefined;
  if (reason !== undefined) throw new PartError({ part: 'subject', reason });
  return subject;
}

const around = (
  part: PartName,
  layout: string | undefined,
  dialect: Dialect,
  body: string,
  options: RenderOptions,
): string =>
  layout === undefined ? body : run(part, layout, dialect, { ...options, data: { ...options.data, body } });

const runIf = (part: PartName, source: string | undefined, dialect: Dialect, options: RenderOptions) =>
  source === undefined ? undefined : run(part, source, dialect, options);

const run = (part: PartName, source: string, dialect: Dialect, options: RenderOptions): string => {
  const template = compiledFrom(part, source, dialect);
  return placed(part, () => template(options));
};

function compiledFrom(part: PartName, source: string, dialect: Dialect): CompiledTemplate {
  const key = `${dialect.html}${dialect.layout}:${source}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const template = placed(part, () => compileTemplate(source, dialect));
  compiled.set(key, template);
  cached += key.length;
  for (const oldest of compiled.keys()) {
    if (cached <= MAX_CACHED) break;
    compiled.delete(oldest);
    cached -= oldest.length;
  }
  return template;
}

function placed<T>(part: PartName, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    throw new PartError({ part, reason: error.message, ...(error.place && { place: error.place }) });
  }
}
