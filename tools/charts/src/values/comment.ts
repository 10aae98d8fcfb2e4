/** The parsed comment above a value, in the sources in this folder. */
export interface Comment {
  /** The text from the line with `-- ` on, on one line; for the tables. */
  readonly description: string;
  /** JSON Schema in the place of the type of the default, or beside that of `field`: `@schema {…}`. */
  readonly schema: Record<string, unknown> | undefined;
  /** `@field Kind path`: the value goes to this field of this kind, and has its types. */
  readonly field: string | undefined;
  /** `@texts`: any names, with texts as values. */
  readonly texts: boolean;
  /** `@herald`: the shared values of the services are inserted here. */
  readonly herald: boolean;
  /** The comment without annotations for the generator; undefined if nothing is left. */
  readonly shown: string | undefined;
}

const ANNOTATION = /^ ?@/;

export function readComment(text: string | null | undefined): Comment {
  const lines = (text ?? '').split('\n');
  const annotations = lines.filter((line) => ANNOTATION.test(line)).map((line) => line.trim());
  const kept = lines.filter((line) => !ANNOTATION.test(line));
  const schema = annotations.find((line) => line.startsWith('@schema '));
  const field = annotations.find((line) => line.startsWith('@field '));
  const start = kept.findIndex((line) => line.startsWith(' -- '));
  const description = start < 0 ? '' : kept.slice(start).join(' ').replace(/^ -- /, '').replace(/\s+/g, ' ');
  const shown = kept.map((line) => line.replace(/^ -- /, ' ')).join('\n');
  return {
    description: description.trim(),
    schema: schema === undefined ? undefined : JSON.parse(schema.slice('@schema '.length)),
    field: field?.slice('@field '.length),
    texts: annotations.includes('@texts'),
    herald: annotations.includes('@herald'),
    shown: shown.trim() === '' ? undefined : shown,
  };
}
