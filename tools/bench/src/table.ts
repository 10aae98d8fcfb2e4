import type { Figure } from './benchmark.ts';

const shown = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);

/** Figures as a markdown table. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, value, unit, aim = '', met }) => [
    what,
    `${shown(value)} ${unit}`.trim(),
    met === undefined ? aim : `${aim}: ${met ? 'met' : 'not met'}`,
  ]);
  const all = [['what', 'measured', 'aim'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(all[0] ?? []), rule, ...rows.map(line)].join('\n');
}
