import type { TSchema } from 'typebox';

/**
 * Converts values that arrive as text, in the environment and in query strings. Text that is not clearly a
 * value of the schema's type stays text, so that validation refuses it: `1.5` is not a whole number, `yes` is
 * not a boolean, the empty text is not a number.
 */
export function fromText(schema: TSchema, text: string): unknown {
  const { type, duration } = schema as { type?: unknown; duration?: unknown };
  if (duration === true) return parseDurationMs(text) ?? text;
  if ((type === 'integer' || type === 'number') && NUMBER.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

const NUMBER = /^-?\d{1,17}(\.\d{1,17})?$/;

const ISO_DURATION =
  /^P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/;
const SECONDS = /^(\d{1,9}(?:\.\d{1,9})?)s?$/;
const UNITS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000] as const;

/**
 * `PT15M`, `P1DT12H`, `900` or `900s` in ms; undefined for anything else. Months and years have no fixed
 * length and are not accepted.
 */
export function parseDurationMs(text: string): number | undefined {
  const seconds = SECONDS.exec(text)?.[1];
  if (seconds !== undefined) return Math.round(Number(seconds) * 1000);
  const parts = ISO_DURATION.exec(text)?.slice(1);
  if (parts === undefined || text.endsWith('T') || parts.every((part) => part === undefined))
    return undefined;
  return Math.round(UNITS.reduce((sum, unit, index) => sum + unit * Number(parts[index] ?? 0), 0));
}

/** ms as an ISO 8601 duration: 900,000 is `PT15M`. */
export function formatDurationMs(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  const hours = Math.floor(ms / 3_600_000) % 24;
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = (ms % 60_000) / 1000;
  const day = days > 0 ? `${days}D` : '';
  const units = { H: hours, M: minutes, S: seconds };
  const time = Object.entries(units)
    .map(([unit, count]) => (count > 0 ? `${count}${unit}` : ''))
    .join('');
  if (day === '' && time === '') return 'PT0S';
  return `P${day}${time === '' ? '' : `T${time}`}`;
}
