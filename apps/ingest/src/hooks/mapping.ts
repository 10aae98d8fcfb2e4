import type { SourceMap } from '@herald/contracts';
import {
  type CompiledExpression,
  compileCondition,
  compileExpression,
  createMeter,
  EvaluationError,
  ExpressionError,
  type JsonValue,
} from '@herald/domain';
import type { Fault } from '@herald/http';
import { json, jsonIn, readable } from './json-values.ts';

/** A webhook as the expressions see it: headers by lower-case name and query by name, each one text. */
export type HookContext = {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
};

const VARIABLES: readonly string[] = ['body', 'headers', 'query'];
/** What the expressions of a map with `each` see in addition. */
const ITEM_VARIABLES: readonly string[] = ['item', 'index'];
const FUNCTIONS = { 'json(string): dyn': json };
/** One webhook makes no more events than one request to `/v1/events`. */
const MAX_ITEMS = 1_000;
/** `each` may return a whole body of 1 MiB; the expressions of each item have the usual budget. */
const LIST_BUDGET = { steps: 200_000, characters: 1_000_000 };

const EVENT_PARTS = ['id', 'type', 'prospectId', 'occurredAt', 'data'] as const;
type EventPart = (typeof EVENT_PARTS)[number];

export interface Mapping {
  readonly each?: CompiledExpression;
  readonly skip?: CompiledExpression;
  readonly parts: ReadonlyMap<EventPart, CompiledExpression>;
}

/**
 * Nothing to record, the parts of an event, or the faults and their expressions. The parts are not yet
 * checked as an event.
 */
export type Mapped =
  | { readonly kind: 'skip' }
  | { readonly kind: 'fields'; readonly fields: Partial<Record<EventPart, JsonValue>> }
  /** Paths are the names of the expressions: `/type`. */
  | { readonly kind: 'failed'; readonly faults: readonly Fault[] };

/** Compiles every expression of a map. The faults name the expression, with line and column. */
export function compileMapping(map: SourceMap): { mapping: Mapping; faults: Fault[] } {
  const faults: Fault[] = [];
  const inItem = map.each === undefined ? VARIABLES : [...VARIABLES, ...ITEM_VARIABLES];
  const compile = (name: keyof SourceMap, variables = inItem): CompiledExpression | undefined => {
    const source = map[name];
    if (source === undefined) return undefined;
    try {
      return (name === 'skip' ? compileCondition : compileExpression)(source, variables, FUNCTIONS);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const { line, column, message } = error;
      faults.push({ path: `/map/${name}`, message, inside: { line, column } });
      return undefined;
    }
  };
  const each = compile('each', VARIABLES);
  const skip = compile('skip');
  const parts = new Map<EventPart, CompiledExpression>();
  for (const name of EVENT_PARTS) {
    const compiled = compile(name);
    if (compiled !== undefined) parts.set(name, compiled);
  }
  return { mapping: { each, skip, parts }, faults };
}

/** What the expressions read of a webhook, made once for all of its items. */
export const contextOf = ({ body, headers, query }: HookContext): Record<string, unknown> => ({
  body: readable(body),
  headers: readable(headers),
  query: readable(query),
});

/** What they read of one item in addition. */
export const contextOfItem = (item: JsonValue, index: number): Record<string, unknown> => ({
  item: readable(item),
  index: BigInt(index),
});

/**
 * The items of a webhook, by the map's `each`: a list, or a text that holds one in JSON, as a field of a form
 * does. The fault says why there is none. Without `each`, a body that is a list of several is refused: its
 * map reads one of them and would lose the others.
 */
export function itemsOf(
  { each }: Mapping,
  context: Record<string, unknown>,
): { items: readonly JsonValue[] } | { fault: Fault } | undefined {
  const refused = (message: string) => ({ fault: { path: '/map/each', message } });
  if (each === undefined) {
    const { body } = context;
    if (!Array.isArray(body) || body.length < 2) return undefined;
    const hint = 'write "each": "body" and read `item`, or "each": "[body]" if the whole list is one event';
    return refused(`is required: the body is a list of ${body.length}; ${hint}`);
  }
  try {
    const value = each.value(context, createMeter(LIST_BUDGET));
    const items = typeof value === 'string' && /^\s*\[/.test(value) ? jsonIn(value) : value;
    if (!Array.isArray(items)) return refused('gives no list');
    if (items.length <= MAX_ITEMS) return { items };
    return refused(`gives ${items.length} items; one webhook holds up to ${MAX_ITEMS}`);
  } catch (error) {
    if (error instanceof EvaluationError) return refused(error.message);
    throw error;
  }
}

/**
 * Runs a map over a webhook, or over one item of it, with one budget for all its expressions. An id may be a
 * number, because many senders' ids are.
 */
export function runMapping({ skip, parts }: Mapping, context: Record<string, unknown>): Mapped {
  const meter = createMeter();
  const faults: Fault[] = [];
  const run = <T>(name: keyof SourceMap, evaluate: () => T): T | undefined => {
    try {
      return evaluate();
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      faults.push({ path: `/${name}`, message: error.message });
      return undefined;
    }
  };
  if (skip !== undefined) {
    const skipped = run('skip', () => skip.test(context, meter));
    if (skipped === undefined) return { kind: 'failed', faults };
    if (skipped) return { kind: 'skip' };
  }
  const fields: Partial<Record<EventPart, JsonValue>> = {};
  for (const [name, expression] of parts) {
    const value = run(name, () => expression.value(context, meter));
    if (value === undefined) continue;
    const isId = name === 'id' || name === 'prospectId';
    fields[name] = isId && (typeof value === 'bigint' || Number.isSafeInteger(value)) ? String(value) : value;
  }
  return faults.length > 0 ? { kind: 'failed', faults } : { kind: 'fields', fields };
}
