import { catalogue, type Declaration } from './catalogue.ts';

/** A markdown table of every metric of ours: name, type, labels, meaning. */
export function metricsTable(): string {
  const rows = Object.values(catalogue as Record<string, Declaration>).map(
    ({ name, kind, labels, help }) =>
      `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  );
  return ['| metric | type | labels | meaning |', '|---|---|---|---|', ...rows].join('\n');
}
