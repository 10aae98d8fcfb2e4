import type { TObject, TSchema } from 'typebox';
import { isRequired } from './load-config.ts';
import { formatDurationMs } from './text-values.ts';

/**
 * A markdown table of the settings in the order of their declaration: name, default, meaning (the schema's
 * `description`).
 */
export function configTable(schema: TObject): string {
  const rows = Object.entries(schema.properties).map(
    ([name, setting]) =>
      `| \`${name}\` | ${defaultOf(setting, isRequired(schema, name))} | ${cell(meaning(setting))} |`,
  );
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

function defaultOf(setting: TSchema, required: boolean): string {
  const { default: value, duration } = setting as { default?: unknown; duration?: boolean };
  if (value === undefined) return required ? '**required**' : '';
  const text = duration === true && typeof value === 'number' ? formatDurationMs(value) : String(value);
  return `\`${cell(text)}\``;
}

const meaning = (setting: TSchema): string => (setting as { description?: string }).description ?? '';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
