/** What the comment above a value says, in the sources beside this file. */
export interface Comment {
  /** What the lines from `-- ` on say, on one line; for the tables. */
  readonly description: string;
  /** JSON Schema that takes the place of what the default would suggest: `@schema {…}`. */
  readonly schema: Record<string, unknown> | undefined;
  /**
   * `@open`: keys that are not in the default are allowed, because the object is handed to Kubernetes as it
   * is.
   */
  readonly open: boolean;
  /** `@herald`: the values that services share go here. */
  readonly herald: boolean;
  /** The comment without what is only for the generator; undefined when nothing is left. */
  readonly shown: string | undefined;
}

const ANNOTATION = /^ ?@/;

export function readComment(text: string | null | undefined): Comment {
  const lines = (text ?? '').split('\n');
  const annotations = lines.filter((line) => ANNOTATION.test(line)).map((line) => line.trim());
  const kept = lines.filter((line) => !ANNOTATION.test(line));
  const schema = annotations.find((line) => line.startsWith('@schema '));
  const start = kept.findIndex((line) => line.startsWith(' -- '));
  const description = start < 0 ? '' : kept.slice(start).join(' ').replace(/^ -- /, '').replace(/\s+/g, ' ');
  const shown = kept.map((line) => line.replace(/^ -- /, ' ')).join('\n');
  return {
    description: description.trim(),
    schema: schema === undefined ? undefined : JSON.parse(schema.slice('@schema '.length)),
    open: annotations.includes('@open'),
    herald: annotations.includes('@herald'),
    shown: shown.trim() === '' ? undefined : shown,
  };
}
