import { calculate, isNumber } from '@herald/domain/exact-arithmetic';
import { writeJson } from '@herald/domain/json';
import { TemplateFault } from './fault.ts';
import type { Site } from './generate.ts';
import type { HelperName } from './helper-names.ts';
import { helpers, type Locality } from './helpers.ts';
import { createValues, isMissing, type Used } from './values.ts';

/** Everything that generated code can do: its only name is `$`, which is one of these. */
export interface Runtime {
  readonly it: unknown;
  /** The template's own text, or what another template rendered. */
  raw(text: string): void;
  /** What a partial renders, with the same data. */
  partial(name: string, site: number): void;
  plain(value: unknown, site: number): void;
  html(value: unknown, site: number): void;
  /** HTML that is the start of a link: of a scheme that may be sent. */
  link(value: unknown, site: number): void;
  /** A value as JSON, whatever it is. */
  json(value: unknown, site: number): void;
  /** An own field of a plain value; of anything else, nothing. */
  get(owner: unknown, key: string | number): unknown;
  each(value: unknown, site: number): readonly unknown[];
  join(parts: readonly string[], used: readonly Used[]): string;
  add(used: readonly [Used, Used]): string | number | bigint;
  arithmetic(operator: string, used: readonly [Used, Used]): number | bigint;
  compare(operator: string, left: unknown, right: unknown, site: number): boolean;
  equal(operator: string, left: unknown, right: unknown): boolean;
  call(helper: HelperName, used: readonly Used[], site: number): unknown;
}

export interface RuntimeDeps {
  readonly data: unknown;
  readonly sites: readonly Site[];
  readonly locality: Locality;
  readonly escape: (text: string) => string;
  /** Characters of output, at most. */
  readonly limit: number;
  /** What a partial renders; undefined: there is no such partial. */
  readonly partial?: ((name: string) => string | undefined) | undefined;
}

/** Levels of nesting that JSON may have: far fewer than overflow the stack. */
const MAX_DEPTH = 100;
const LINK = /^(?:https?:\/\/|mailto:|tel:)/i;

export function createRuntime(deps: RuntimeDeps): { runtime: Runtime; output: () => string } {
  const values = createValues(deps.sites);
  const { text, number } = values;
  const parts: string[] = [];
  let length = 0;

  const fits = (added: number): void => {
    if (length + added > deps.limit)
      throw new TemplateFault(`the result is longer than ${deps.limit} characters`);
  };
  const raw = (part: string): void => {
    fits(part.length);
    length += part.length;
    parts.push(part);
  };
  /** Escaped, it is no shorter. */
  const escaped = (part: string): void => {
    fits(part.length);
    raw(deps.escape(part));
  };

  /**
   * Counts the least length of a value's JSON. One list may stand in it any number of times, so all of it may
   * not fit in memory.
   */
  const measure = (value: unknown, site: number, size = 0, depth = 0): number => {
    let total = size + 1;
    if (typeof value === 'string') total += value.length;
    else if (typeof value === 'object' && value !== null) {
      if (depth === MAX_DEPTH)
        throw values.fail(site, (path) => `${path} is nested more than ${MAX_DEPTH} deep`);
      for (const key of Object.keys(value)) {
        if (!Array.isArray(value)) total += key.length;
        total = measure(runtime.get(value, key), site, total, depth + 1);
      }
    }
    fits(total);
    return total;
  };

  const calculated = (operator: string, left: Used, right: Used): number | bigint => {
    const result = calculate(operator, number(left), number(right));
    if (result === undefined)
      throw values.fail(left[1], (path) => `${path} cannot be calculated with without losing digits`);
    return typeof result === 'bigint' ? result : values.finite(result, left[1]);
  };

  const runtime: Runtime = {
    it: deps.data,
    raw,
    partial(name, site) {
      const rendered = deps.partial?.(name);
      if (rendered === undefined) throw values.fail(site, () => `there is no partial ${name} for this part`);
      raw(rendered);
    },
    plain: (value, site) => raw(text([value, site])),
    html: (value, site) => escaped(text([value, site])),
    link(value, site) {
      const link = text([value, site]);
      if (!LINK.test(link))
        throw values.fail(
          site,
          (path) => `${path} is not a link that may be sent (https, http, mailto, tel)`,
        );
      escaped(link);
    },
    json(value, site) {
      if (value === undefined)
        throw values.fail(site, (path) => `${path} has no value; give a fallback: ?? null`);
      measure(value, site);
      raw(writeJson(value));
    },
    get(owner, key) {
      if (typeof owner === 'string') return key === 'length' ? owner.length : undefined;
      if (typeof owner !== 'object' || owner === null || !Object.hasOwn(owner, key)) return undefined;
      return (owner as Record<string | number, unknown>)[key];
    },
    each: (value, site) => values.list([value, site], '?? []'),
    join: (quasis, used) =>
      quasis.reduce((joined, quasi, index) => {
        const last = used[index - 1];
        return last === undefined ? quasi : values.bounded(joined + text(last) + quasi, last[1]);
      }, ''),
    add([left, right]) {
      if (isNumber(left[0]) && isNumber(right[0])) return calculated('+', left, right);
      return values.bounded(text(left) + text(right), left[1]);
    },
    arithmetic: (operator, [left, right]) => calculated(operator, left, right),
    compare(operator, left, right, site) {
      if (isMissing(left) || isMissing(right)) return false;
      if (typeof left === 'object' || typeof right === 'object')
        throw values.fail(site, (path) => `${path} compares what has no order`);
      return order(operator, left as string | number | bigint, right as string | number | bigint);
    },
    equal(operator, left, right) {
      const same = isMissing(left) && isMissing(right) && operator.length === 2 ? true : left === right;
      return operator.startsWith('!') ? !same : same;
    },
    call: (helper, used, site) => helpers[helper]({ used, site, values, locality: deps.locality }),
  };
  return { runtime, output: () => parts.join('') };
}

function order(operator: string, left: string | number | bigint, right: string | number | bigint): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    default:
      return left >= right;
  }
}
