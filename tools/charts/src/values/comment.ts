/** The parsed comment above a value, in the sources in this folder. */
export interface Comment {
  /** The text from the line with `-- ` on, on one line; for the tables. */
  readonly description: string;
  /** JSON Schema that replaces the type derived from the default: `@schema {…}`. */
  readonly schema: Record<string, unknown> | undefined;
  /**
   * `@open`: keys that are not in the default are allowed, because the object is passed to Kubernetes
   * unchanged.
   */
  readonly open: boolean;
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
