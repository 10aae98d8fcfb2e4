import type { Declarations } from './declaration.ts';

/** A markdown table of metrics: name, type, labels, meaning. */
export function metricsTable(declarations: Declarations): string {
  const rows = Object.values(declarations).map(
    ({ name, kind, labels, help }) =>
      `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  );
  return ['| metric | type | labels | meaning |', '|---|---|---|---|', ...rows].join('\n');
}
