import type { SourceMap } from '@herald/contracts';
import {
  type CompiledExpression,
  compileExpression,
  EvaluationError,
  ExpressionError,
  isObject,
  type JsonValue,
} from '@herald/domain';
import type { Fault } from '@herald/service';

/** What a webhook looks like to the expressions: headers by lower-case name and query by name, each one text. */
export type HookContext = {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
};

const VARIABLES: readonly (keyof HookContext)[] = ['body', 'headers', 'query'];

const EVENT_PARTS = ['id', 'type', 'prospectId', 'occurredAt', 'data'] as const;
type EventPart = (typeof EVENT_PARTS)[number];

export interface Mapping {
  readonly skip?: CompiledExpression;
  readonly parts: ReadonlyMap<EventPart, CompiledExpression>;
}

/** Nothing to record, the parts of an event, or what went wrong and in which expression. Parts are not yet checked as an event. */
export type Mapped =
  | { readonly kind: 'skip' }
  | { readonly kind: 'fields'; readonly fields: Partial<Record<EventPart, JsonValue>> }
  | { readonly kind: 'failed'; readonly faults: readonly Fault[] };

/** Compiles every expression of a map; the faults say which, with line and column. */
export function compileMapping(map: SourceMap): { mapping: Mapping; faults: Fault[] } {
  const faults: Fault[] = [];
  const compile = (name: keyof SourceMap): CompiledExpression | undefined => {
    const source = map[name];
    if (source === undefined) return undefined;
    try {
      return compileExpression(source, VARIABLES);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const { line, column, message } = error;
      faults.push({ path: `/map/${name}`, message: `line ${line}, column ${column}: ${message}` });
      return undefined;
    }
  };
  const skip = compile('skip');
  const parts = new Map<EventPart, CompiledExpression>();
  for (const name of EVENT_PARTS) {
    const compiled = compile(name);
    if (compiled !== undefined) parts.set(name, compiled);
  }
  return { mapping: { ...(skip === undefined ? {} : { skip }), parts }, faults };
}

/** Runs a map over one webhook. An id may be given as a number, because many senders' ids are. */
export function runMapping({ skip, parts }: Mapping, given: HookContext): Mapped {
  const context = {
    body: readable(given.body),
    headers: readable(given.headers),
    query: readable(given.query),
  };
  const faults: Fault[] = [];
  const run = <T>(name: keyof SourceMap, evaluate: () => T): T | undefined => {
    try {
      return evaluate();
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      faults.push({ path: `/map/${name}`, message: error.message });
      return undefined;
    }
  };
  if (skip !== undefined) {
    const skipped = run('skip', () => skip.test(context));
    if (skipped === undefined) return { kind: 'failed', faults };
    if (skipped) return { kind: 'skip' };
  }
  const fields: Partial<Record<EventPart, JsonValue>> = {};
  for (const [name, expression] of parts) {
    const value = run(name, () => expression.value(context));
    if (value === undefined) continue;
    const isId = name === 'id' || name === 'prospectId';
    if (name === 'occurredAt' && typeof value === 'number') {
      const hint = 'for seconds since 1970 write timestamp(int(…))';
      faults.push({ path: '/map/occurredAt', message: `gives a number, not a time: ${hint}` });
      continue;
    }
    fields[name] = isId && Number.isSafeInteger(value) ? String(value) : value;
  }
  return faults.length > 0 ? { kind: 'failed', faults } : { kind: 'fields', fields };
}

/**
 * The library behind the expressions tells a plain object by its `constructor`: one with a field of that name would read as null,
 * without a word. A Map it reads by its keys alone.
 */
function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, readable(part)] as const);
  return Object.hasOwn(value, 'constructor') ? new Map(entries) : Object.fromEntries(entries);
}
