import { createGate, type Gate, type GateDeps, type Shut } from './gate.ts';

const MAX_GATES = 10_000;

/** Gates by key. */
export interface Gates {
  /**
   * Made on first use. When there are too many, the least recently used are forgotten.
   */
  of(key: string): Gate;
  /** The gates that are shut now, of the keys that begin with `prefix`. */
  shut(prefix: string): readonly { readonly key: string; readonly shut: Shut }[];
}

export function createGates(deps: GateDeps): Gates {
  const gates = new Map<string, Gate>();
  return {
    of(key) {
      const gate = gates.get(key) ?? createGate(deps);
      gates.delete(key);
      gates.set(key, gate);
      const [oldest] = gates.keys();
      if (gates.size > MAX_GATES && oldest !== undefined) gates.delete(oldest);
      return gate;
    },
    shut: (prefix) =>
      [...gates].flatMap(([key, gate]) => {
        const shut = key.startsWith(prefix) ? gate.shut() : undefined;
        return shut === undefined ? [] : [{ key, shut }];
      }),
  };
}
