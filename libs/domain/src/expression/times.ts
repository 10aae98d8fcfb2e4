import { EvaluationError } from '@marcbachmann/cel-js';
import { Temporal } from 'temporal-polyfill';
import { exactInstant } from '../time/instant.ts';
import { zoneFault } from '../time/zone.ts';
import { type Handle, methodOf, type Node } from './nodes.ts';

type Zoned = Temporal.ZonedDateTime;

/**
 * The parts of a time as CEL counts them: months, days of the month and of the year from 0, Sunday as 0,
 * `getDate` from 1.
 */
const PARTS = new Map<string, (time: Zoned) => number>([
  ['getDate', (time) => time.day],
  ['getDayOfMonth', (time) => time.day - 1],
  ['getDayOfWeek', (time) => time.dayOfWeek % 7],
  ['getDayOfYear', (time) => time.dayOfYear - 1],
  ['getFullYear', (time) => time.year],
  ['getHours', (time) => time.hour],
  ['getMilliseconds', (time) => time.millisecond],
  ['getMinutes', (time) => time.minute],
  ['getMonth', (time) => time.month - 1],
  ['getSeconds', (time) => time.second],
]);

/** The functions that read a part of a time. */
export const PARTS_OF_TIME: readonly string[] = [...PARTS.keys()];

/** Signatures of `timestamp()` beside the library's own for text and int. The library only checks types. */
export const TIMESTAMPS = ['double', 'google.protobuf.Timestamp'].map(
  (type) => `timestamp(${type}): google.protobuf.Timestamp`,
);

/** Why a constant of an expression is no date or no zone, and where; undefined if nothing is wrong. */
export function constantFault(node: Node): { readonly at: Node; readonly message: string } | undefined {
  const method = methodOf(node);
  if (method !== undefined) {
    const [zone] = method.args;
    const message = PARTS.has(method.name) && zone?.op === 'value' ? zoneFault(zone.args) : undefined;
    return zone === undefined || message === undefined ? undefined : { at: zone, message };
  }
  if (node.op !== 'call') return undefined;
  const [name, [at]] = node.args as [string, Node[]];
  if (name !== 'timestamp' || at === undefined) return undefined;
  const constant = constantOf(at);
  const message = constant === undefined ? undefined : dateFault(constant);
  return message === undefined ? undefined : { at, message };
}

function constantOf(node: Node): unknown {
  if (node.op !== '-_') return node.op === 'value' ? node.args : undefined;
  const positive = constantOf(node.args as Node);
  return typeof positive === 'bigint' || typeof positive === 'number' ? -positive : undefined;
}

function dateFault(value: unknown): string | undefined {
  try {
    exactInstant(value);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return `the value of timestamp() ${error.message}`;
    throw error;
  }
}

/**
 * What a call of this name does instead of the library's own function, which rolls dates over and uses the
 * host's time zone.
 */
export function timeCall(name: string, handle: Handle): Handle {
  if (name === 'timestamp') return (...operands) => timestamp((operands[0] as unknown[])[0]);
  const part = PARTS.get(name);
  if (part === undefined) return handle;
  return (...operands) => {
    const [time, zone = 'UTC'] = operands[0] as unknown[];
    // Anything but a timestamp is for the library: a duration has hours too.
    if (!(time instanceof Date)) return handle(...operands);
    const wrong = zoneFault(zone);
    if (wrong !== undefined)
      throw new EvaluationError({ code: 'invalid_zone', message: `the zone of ${name}() ${zoneIs(wrong)}` });
    const instant = Temporal.Instant.fromEpochMilliseconds(time.getTime());
    return BigInt(part(instant.toZonedDateTimeISO(zone as string)));
  };
}

/** A fault either begins with the value that it quotes or says what the zone must be. */
const zoneIs = (fault: string): string => (fault.startsWith('"') ? `is refused: ${fault}` : fault);

function timestamp(value: unknown): Date {
  if (value instanceof Date) return value;
  const message = dateFault(value);
  if (message !== undefined) throw new EvaluationError({ code: 'invalid_timestamp', message });
  return new Date(exactInstant(value));
}

const WRITE_TIMESTAMP =
  'a timestamp does not go with a text or a number: write timestamp(…) around the one that is no ' +
  'timestamp yet';

/**
 * Throws where an operator has a date on one side and a text or number on the other, also for `==`, which
 * would always be false.
 */
export function checkTimes(left: unknown, right: unknown): void {
  if (isRawBeside(left, right) || isRawBeside(right, left))
    throw new EvaluationError({ code: 'no_such_overload', message: WRITE_TIMESTAMP });
}

const RAW: ReadonlySet<string> = new Set(['string', 'number', 'bigint']);
const isRawBeside = (raw: unknown, date: unknown): boolean => date instanceof Date && RAW.has(typeof raw);

/** The library's error about the types of an operator, with what to do where only one side is a date. */
export function withTimeHint(summary: string): string {
  const [, left = '', right = ''] = /^no such overload: (\S+) \S+ (\S+)/.exec(summary) ?? [];
  const isTime = (type: string) => type === 'google.protobuf.Timestamp';
  const isRaw = (type: string) => /^(?:string|int|uint|double)$/.test(type);
  return (isTime(left) && isRaw(right)) || (isRaw(left) && isTime(right))
    ? `${summary}: ${WRITE_TIMESTAMP}`
    : summary;
}
