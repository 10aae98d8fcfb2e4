import { isHelper } from './helper-names.ts';

/** The names declared so far in a block and those around it. */
export interface Scope {
  /** False: the name is taken by a name in scope, by `it`, or by a helper. */
  declare(name: string): boolean;
  has(name: string): boolean;
}

const RESERVED: ReadonlySet<string> = new Set(['it', 'undefined', 'partial']);

export function createScope(outer?: Scope): Scope {
  const names = new Set<string>();
  const has = (name: string): boolean => names.has(name) || (outer?.has(name) ?? false);
  return {
    has,
    declare(name) {
      if (RESERVED.has(name) || isHelper(name) || has(name)) return false;
      names.add(name);
      return true;
    },
  };
}
