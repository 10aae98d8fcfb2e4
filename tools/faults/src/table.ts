/** One fault's account. */
export interface Row {
  readonly fault: string;
  readonly events: number;
  /** Messages that campaigns planned. */
  readonly messages: number;
  readonly sent: number;
  /** Recorded as unknown: they may have left. */
  readonly unknown: number;
  /** Events and messages together. */
  readonly lost: number;
  readonly doubled: number;
  readonly seconds: number;
  readonly verdict: 'ok' | 'bad' | 'not done';
  /** A figure of the fault, what is wrong, or why it was not done. */
  readonly note: string;
}

const COLUMNS = [
  'fault',
  'events',
  'messages',
  'sent',
  'unknown',
  'lost',
  'doubled',
  'seconds',
  'verdict',
  'note',
] as const;

/** A Markdown table, its columns aligned: legible as it is printed, and ready for a page. */
export function printed(rows: readonly Row[]): string {
  const cells = rows.map((row) =>
    COLUMNS.map((name) => String(name === 'seconds' ? Math.round(row[name]) : row[name])),
  );
  const widths = COLUMNS.map((name, n) =>
    Math.max(name.length, ...cells.map((line) => line[n]?.length ?? 0)),
  );
  const isNumber = (n: number): boolean => n > 0 && n < 8;
  const padded = (part: string, n: number): string =>
    isNumber(n) ? part.padStart(widths[n] ?? 0) : part.padEnd(widths[n] ?? 0);
  const line = (parts: readonly string[]): string => `| ${parts.map(padded).join(' | ')} |`;
  const dashes = widths.map((width, n) =>
    isNumber(n) ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2),
  );
  const rule = `|${dashes.join('|')}|`;
  return [line(COLUMNS), rule, ...cells.map(line)].join('\n');
}

export const isBad = ({ verdict }: Row): boolean => verdict === 'bad';
