import { isHeaderSafe } from '@herald/addresses';
import { type CompiledTemplate, compileTemplate } from '../language/compile.ts';
import { TemplateFault } from '../language/fault.ts';
import type { Dialect } from '../language/generate.ts';
import type { Locality } from '../language/helpers.ts';
import type {
  Checked,
  LayoutSources,
  PartFault,
  PartName,
  PlainSource,
  PlainSources,
  Rendered,
  TemplateSources,
} from './parts.ts';
import { plainText } from './plain-text.ts';
import { withPreheader } from './preheader.ts';

export interface RenderOptions {
  /** `it`: what JSON can hold. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly locality: Locality;
  /** Characters of any part, at most. */
  readonly limit: number;
  /** By name. */
  readonly partials?: Readonly<Record<string, LayoutSources>> | undefined;
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

/** Every fault that shows without data, the partials that are taken in, and the data that are named. */
export function checkSources(sources: TemplateSources, plain: PlainSources = {}): Checked {
  const taken = new Set<string>();
  const variables = new Set<string>();
  const parts: [PartName, string | undefined, Dialect][] = [
    ['subject', sources.subject, TEXT],
    ['preheader', sources.preheader, TEXT],
    ['html', sources.html, HTML],
    ['text', sources.text, BODY_TEXT],
    ...layoutParts(sources.layout),
    ...Object.entries(sources.partials ?? {}).flatMap(([name, { html, text }]): typeof parts => [
      [partName(name, 'html'), html, PARTIAL_HTML],
      [partName(name, 'text'), text, TEXT],
    ]),
    ...Object.entries(plain).map(([part, text]): (typeof parts)[number] => [
      part,
      text.source,
      dialectOf(text),
    ]),
  ];
  const faults = parts.flatMap(([part, source, dialect]) => {
    if (source === undefined) return [];
    try {
      const template = compiledFrom(part, source, dialect);
      for (const name of template.partials) taken.add(name);
      for (const path of template.variables) variables.add(path);
      return [];
    } catch (error) {
      if (error instanceof PartError) return [error.fault];
      throw error;
    }
  });
  return { faults, partials: [...taken], variables: [...variables] };
}

/** The message. Throws `PartError`. */
export function renderMessage(sources: TemplateSources, given: RenderOptions): Rendered {
  const { layout = {}, partials } = sources;
  const options = { ...given, partials };
  const subject = subjectOf(run('subject', sources.subject ?? '', TEXT, options));
  const body = runIf('html', sources.html, HTML, options);
  const html =
    body === undefined ? undefined : around('layout.html', layout.html, LAYOUT_HTML, body, options);
  const preheader = runIf('preheader', sources.preheader, TEXT, options);
  const plain = runIf('text', sources.text, BODY_TEXT, options);
  const text =
    plain === undefined
      ? plainText(html ?? '')
      : around('layout.text', layout.text, LAYOUT_TEXT, plain, options);
  return {
    subject,
    text: text.toWellFormed(),
    ...(html === undefined ? {} : { html: withPreheader(html, preheader).toWellFormed() }),
  };
}

/** Plain sources, by their names. Throws `PartError`. */
export const renderPlain = (plain: PlainSources, options: RenderOptions): Record<string, string> =>
  Object.fromEntries(
    Object.entries(plain).map(([part, text]) => [
      part,
      run(part, text.source, dialectOf(text), options).toWellFormed(),
    ]),
  );

const dialectOf = ({ json = false }: PlainSource): Dialect => (json ? JSON_VALUES : TEXT);

const HTML: Dialect = { html: true, layout: false, partials: true };
const BODY_TEXT: Dialect = { html: false, layout: false, partials: true };
const PARTIAL_HTML: Dialect = { html: true, layout: false };
/** Also of partials. */
const TEXT: Dialect = { html: false, layout: false };
const JSON_VALUES: Dialect = { html: false, layout: false, json: true };
const LAYOUT_HTML: Dialect = { html: true, layout: true, partials: true };
const LAYOUT_TEXT: Dialect = { html: false, layout: true, partials: true };

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
  const partial = (name: string): string | undefined => {
    const kind = dialect.html ? 'html' : 'text';
    const taken = Object.hasOwn(options.partials ?? {}, name) ? options.partials?.[name]?.[kind] : undefined;
    return runIf(partName(name, kind), taken, dialect.html ? PARTIAL_HTML : TEXT, options);
  };
  return placed(part, () => template({ ...options, partial }));
};

const partName = (name: string, kind: 'html' | 'text'): PartName => `partial.${name}.${kind}`;

function compiledFrom(part: PartName, source: string, dialect: Dialect): CompiledTemplate {
  const key = `${JSON.stringify(dialect)}${source}`;
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
