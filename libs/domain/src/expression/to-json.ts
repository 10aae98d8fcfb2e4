import type { JsonValue } from '../json.ts';
import { EvaluationError } from './errors.ts';
import { isPlain, type Meter } from './meter.ts';

/** A value of an expression as JSON; counts how long it is to write. */
export function toJson(value: unknown, source: string, meter: Meter): JsonValue {
  meter.steps(0.25);
  if (typeof value === 'string') {
    meter.characters(value.length / 8);
    return value;
  }
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : refuse(source, value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((part) => toJson(part, source, meter));
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([k, part]) => [String(k), toJson(part, source, meter)]));
  if (isPlain(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => {
        meter.characters(name.length / 8);
        return [name, toJson(part, source, meter)];
      }),
    );
  }
  return refuse(source, value);
}

function refuse(source: string, value: unknown): never {
  throw new EvaluationError(`${source}: gives ${kindOf(value)}, which is no JSON value`);
}

export const kindOf = (value: unknown): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'an object'
        : `${typeof value} ${String(value)}`;
