import type { TSchema } from 'typebox';
import { formatDurationMs } from './text-values.ts';

interface Wanted {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly expected?: string;
  readonly duration?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
}

/** What a setting accepts, in words: `a whole number from 0 to 65535`. */
export function expectation(schema: TSchema): string {
  const wanted = schema as Wanted;
  if (wanted.expected !== undefined) return wanted.expected;
  if (wanted.enum !== undefined) return `one of ${wanted.enum.join(', ')}`;
  if (wanted.duration === true) {
    return `an ISO 8601 duration such as PT15M or a number of seconds${range(wanted, formatDurationMs)}`;
  }
  if (wanted.type === 'integer') return `a whole number${range(wanted, String)}`;
  if (wanted.type === 'number') return `a number${range(wanted, String)}`;
  if (wanted.type === 'boolean') return 'true or false';
  return (wanted.minLength ?? 0) > 1 ? `a text of at least ${wanted.minLength} characters` : 'a text';
}

function range({ minimum, maximum }: Wanted, show: (value: number) => string): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${show(minimum)} to ${show(maximum)}`;
  if (minimum !== undefined) return `, at least ${show(minimum)}`;
  return maximum === undefined ? '' : `, at most ${show(maximum)}`;
}
