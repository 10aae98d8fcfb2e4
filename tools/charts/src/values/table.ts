import type { Entry } from './tree.ts';

/**
 * A markdown table of the values with a description; the names of the others are clear.
 */
export function valuesTable(entries: readonly Entry[]): string {
  return ['| value | default | meaning |', '|---|---|---|', ...rowsOf(entries, '')].join('\n');
}

function rowsOf(entries: readonly Entry[], prefix: string): string[] {
  return entries.flatMap((entry) => {
    const name = `${prefix}${entry.name}`;
    const { description, field } = entry.comment;
    const whole = entry.entries === undefined || field !== undefined;
    const row =
      description === '' ? [] : [`| \`${name}\` | ${whole ? defaultOf(entry) : ''} | ${cell(description)} |`];
    return whole ? row : [...row, ...rowsOf(entry.entries ?? [], `${name}.`)];
  });
}

const LONGEST = 80;

function defaultOf({ node }: Entry): string {
  const value: unknown = node?.toJSON();
  if (value === '' || value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? 'see values.yaml' : `\`${cell(text)}\``;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
