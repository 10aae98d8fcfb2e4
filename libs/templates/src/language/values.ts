import { TemplateFault } from './fault.ts';
import type { Site } from './generate.ts';

/** A value and the number of the site where it is used. */
export type Used = readonly [value: unknown, site: number];

/** The longest text that an expression may build, in characters. */
const MAX_TEXT = 1_000_000;

/**
 * Turns values into what an operation needs, or throws a `TemplateFault` that names the value's path and
 * place, never the value.
 */
export interface Values {
  fail(site: number, reason: (path: string) => string): TemplateFault;
  text(used: Used): string;
  /** An integer beyond 2⁵³ is a `bigint`. */
  number(used: Used): number | bigint;
  list(used: Used, hint: string): readonly unknown[];
  /** Refuses a text of so many characters before it is built, if it would be too long. */
  fits(length: number, site: number): void;
  /** A text that is not too long. */
  bounded(text: string, site: number): string;
  /** A finite number. */
  finite(value: number, site: number): number;
}

export const isMissing = (value: unknown): value is null | undefined => value === null || value === undefined;

export function createValues(sites: readonly Site[]): Values {
  const fail = (site: number, reason: (path: string) => string): TemplateFault => {
    const { path = 'a value', ...place } = sites[site] ?? {};
    return new TemplateFault(reason(path), sites[site] && (place as Site));
  };
  const missing = (site: number, hint: string): TemplateFault =>
    fail(site, (path) => `${path} has no value; give a fallback: ${hint}`);

  const text = ([value, site]: Used): string => {
    switch (typeof value) {
      case 'string':
        return value;
      case 'number':
        return String(finite(value, site));
      case 'boolean':
      case 'bigint':
        return String(value);
      default:
        if (isMissing(value)) throw missing(site, '?? "…" or fallback(…)');
        if (Array.isArray(value)) throw fail(site, (path) => `${path} is a list; use join(${path})`);
        throw fail(site, (path) => `${path} is not a text; name one of its fields`);
    }
  };

  const finite = (value: number, site: number): number => {
    if (Number.isFinite(value)) return value;
    throw fail(site, (path) => `${path} is not a finite number`);
  };

  const fits = (length: number, site: number): void => {
    if (length > MAX_TEXT) throw fail(site, (path) => `${path} is longer than ${MAX_TEXT} characters`);
  };

  return {
    fail,
    fits,
    text,
    finite,
    number(used) {
      const [value, site] = used;
      if (typeof value === 'bigint') return value;
      if (typeof value === 'number') return finite(value, site);
      if (isMissing(value)) throw missing(site, '?? 0');
      throw fail(site, (path) => `${path} is not a number`);
    },
    list([value, site], hint) {
      if (Array.isArray(value)) return value;
      if (isMissing(value)) throw missing(site, hint);
      throw fail(site, (path) => `${path} is not a list`);
    },
    bounded(value, site) {
      fits(value.length, site);
      return value;
    },
  };
}
