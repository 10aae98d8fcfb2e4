import type { Filter, Sort } from 'mongodb';
import { decodeCursor, encodeCursor, InvalidCursorError } from '../cursor.ts';
import type { FindQuery, Scalar } from '../documents.ts';
import { valueAt } from '../spec.ts';
import { idOf } from './ids.ts';
import type { Row } from './rows.ts';
import type { DocumentSchema } from './schema.ts';

/**
 * The values of an index are ordered as the port says: null, which is also what is missing, then numbers,
 * then strings by code point. A comparison finds only values of the kind it compares with.
 */
type Comparison = { readonly [operator in '$eq' | '$gt' | '$gte' | '$lt' | '$lte']?: Scalar };
type Condition = readonly [field: string, holds: Comparison];

const NULL: Comparison = { $eq: null };
const NUMBERS: Comparison = { $gte: -Number.MAX_VALUE };
const STRINGS: Comparison = { $gte: '' };

/** A find as searches, each to be made when those before it gave too little. */
interface FindPlan {
  readonly filters: readonly Filter<Row>[];
  readonly sort: Sort;
  readonly hint: string;
  /** The cursor that follows a row. */
  next(row: Row): string;
}

/** Undefined when the bounds admit nothing. */
export function planFind(schema: DocumentSchema, query: FindQuery): FindPlan | undefined {
  const { limit, cursor, reverse = false, index: name, equals, from, before } = query;
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`Not a limit: ${limit}`);
  const conditions = conditionsOf(schema, query);
  if (conditions === undefined) return undefined;
  const index = schema.index(name, equals);
  const identity = [schema.name, name, equals, { from, before, reverse }];
  const free = index.fields.slice(equals.length);
  const after = cursor === undefined ? undefined : decodeCursor(identity, cursor, free.length + 1);
  const beyond =
    after === undefined
      ? [[]]
      : beyondPlace(free, after, { reverse, isBounded: conditions.length > equals.length });
  return {
    filters: beyond.map((more) => filterOf([...conditions, ...more])),
    sort: Object.fromEntries([...index.fields, '_id'].map((field) => [field, reverse ? -1 : 1])),
    hint: index.name,
    next: (row) => encodeCursor(identity, [...free.map((field) => valueAt(row, field)), idOf(row)]),
  };
}

/** The filter of a count, and the index that serves it; undefined when the bounds admit nothing. */
export function planCount(schema: DocumentSchema, query: Omit<FindQuery, 'limit'>) {
  const conditions = conditionsOf(schema, query);
  const { name: hint } = schema.index(query.index, query.equals);
  return conditions && { filter: filterOf(conditions), hint };
}

/** What `equals` and the bounds ask for. */
function conditionsOf(
  schema: DocumentSchema,
  { index: name, equals, from, before }: Omit<FindQuery, 'limit'>,
): Condition[] | undefined {
  const { fields } = schema.index(name, equals);
  const conditions = equals.map((value, n): Condition => [fields[n] ?? '', { $eq: value }]);
  if (from === undefined && before === undefined) return conditions;
  const next = fields[equals.length];
  if (next === undefined) throw new Error(`The index ${name} has no field for the bounds`);
  if (before === null) return undefined;
  if (from === undefined) return [...conditions, [next, { $lt: before }]];
  if (before === undefined) return [...conditions, [next, from === null ? NULL : { $gte: from }]];
  return typeof from === typeof before ? [...conditions, [next, { $gte: from, $lt: before }]] : undefined;
}

/**
 * What follows a place in the order of an index, as conditions: what shares all its values, then all but the
 * last, and so on. With bounds on the first free field only values of one kind follow there.
 */
function beyondPlace(
  free: readonly string[],
  place: readonly Scalar[],
  { reverse, isBounded }: { reverse: boolean; isBounded: boolean },
): Condition[][] {
  const id = place.at(-1);
  if (typeof id !== 'string') throw new InvalidCursorError();
  const same = free.map((field, n): Condition => [field, { $eq: place[n] ?? null }]);
  const found: Condition[][] = [[...same, ['_id', { [reverse ? '$lt' : '$gt']: id }]]];
  for (let n = free.length - 1; n >= 0; n -= 1) {
    const later = beyondValue(place[n] ?? null, reverse);
    const ofItsKind = place[n] === null ? [] : later.slice(0, 1);
    for (const holds of n === 0 && isBounded ? ofItsKind : later)
      found.push([...same.slice(0, n), [free[n] ?? '', holds]]);
  }
  return found;
}

/** What follows a value, one kind after the other. */
function beyondValue(value: Scalar, reverse: boolean): Comparison[] {
  if (value === null) return reverse ? [] : [NUMBERS, STRINGS];
  if (typeof value === 'number') return reverse ? [{ $lt: value }, NULL] : [{ $gt: value }, STRINGS];
  return reverse ? [{ $lt: value }, { $lte: Number.MAX_VALUE }, NULL] : [{ $gt: value }];
}

/** A field may have two conditions: a bound, and a place beyond which to go on. A forged place stays within. */
function filterOf(conditions: readonly Condition[]): Filter<Row> {
  const isTwice = new Set(conditions.map(([field]) => field)).size < conditions.length;
  if (!isTwice) return Object.fromEntries(conditions);
  return { $and: conditions.map(([field, holds]) => ({ [field]: holds })) };
}
