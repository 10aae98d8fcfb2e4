import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isScalar } from 'yaml';
import { chartsFolder, services } from '../charts.ts';
import { valuesSchema } from './schema.ts';
import { valuesTable } from './table.ts';
import { type Entry, entriesOf, mapOf, overlay, readSource, tidyComments } from './tree.ts';

/** A file of a chart that is generated from the sources here. */
export interface Generated {
  /** Below `charts/`. */
  readonly path: string;
  readonly text: string;
}

const HEAD = ' Made from tools/charts/src/values: change it there, then `make charts-golden`.';
const FORM = { lineWidth: 0, singleQuote: true, flowCollectionPadding: true } as const;

const read = (name: string): Promise<string> => readFile(join(import.meta.dirname, `${name}.yaml`), 'utf8');

/** Definitions take a line each: they are Kubernetes', and nobody reads them here. */
function schemaText({ definitions, ...own }: ReturnType<typeof valuesSchema>): string {
  const lines = Object.entries(definitions as Record<string, unknown>).map(
    ([name, schema]) => `    ${JSON.stringify(name)}: ${JSON.stringify(schema)}`,
  );
  const text = JSON.stringify({ ...own, definitions: {} }, null, 2);
  return `${text.replace(/\{\}\n\}$/, () => `{\n${lines.join(',\n')}\n  }\n}`)}\n`;
}

async function ofService(name: string, common: string): Promise<Generated[]> {
  const document = readSource(common);
  overlay(mapOf(document), mapOf(readSource(await read(name))));
  const entries = entriesOf(mapOf(document), document.commentBefore);
  const schema = valuesSchema(entries, entriesOf(mapOf(readSource(common))));
  tidyComments(mapOf(document));
  document.commentBefore = HEAD;
  return [
    { path: `${name}/values.yaml`, text: document.toString(FORM) },
    { path: `${name}/values.schema.json`, text: schemaText(schema) },
    { path: `${name}/README.md`, text: await withTable(name, entries) },
  ];
}

async function ofUmbrella(common: string): Promise<Generated[]> {
  const document = readSource(await read('herald'));
  const shared = readSource(common);
  for (const { key, value } of mapOf(document).items) {
    // An empty section stands for the section of this name in each service.
    const empty = isMap(value) && value.items.length === 0 && isScalar(key);
    const section = empty ? mapOf(shared).get(key.value, true) : undefined;
    if (isMap(section) && section.items.length > 0) mapOf(document).set(key, section);
  }
  const commonEntries = entriesOf(mapOf(readSource(common)));
  const entries = entriesOf(mapOf(document), document.commentBefore);
  const schema = valuesSchema(entries, commonEntries, services);
  tidyComments(mapOf(document));
  document.commentBefore = HEAD;
  return [
    { path: 'herald/values.yaml', text: document.toString(FORM) },
    { path: 'herald/values.schema.json', text: schemaText(schema) },
    { path: 'herald/README.md', text: await withTable('herald', entries) },
  ];
}

const BEGIN = '<!-- generated: values -->';
const END = '<!-- /generated -->';

async function withTable(chart: string, entries: readonly Entry[]): Promise<string> {
  const text = await readFile(join(chartsFolder, chart, 'README.md'), 'utf8');
  const [start, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`charts/${chart}/README.md has no place for the values`);
  return `${text.slice(0, start)}${BEGIN}\n${valuesTable(entries)}\n${text.slice(end)}`;
}

/** Every generated file of the charts, with its expected text. */
export async function generateValues(): Promise<Generated[]> {
  const common = await read('common');
  const files = await Promise.all(services.map((name) => ofService(name, common)));
  return [...files.flat(), ...(await ofUmbrella(common))];
}
