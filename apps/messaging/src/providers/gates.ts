import { createGate, type Gate, type GateDeps } from './gate.ts';

const MAX_GATES = 10_000;

/** A gate for each key, made when it is first needed; those that have been left alone for longest are forgotten when there are too many. */
export function createGates(deps: GateDeps): (key: string) => Gate {
  const gates = new Map<string, Gate>();
  return (key) => {
    const gate = gates.get(key) ?? createGate(deps);
    gates.delete(key);
    gates.set(key, gate);
    const [oldest] = gates.keys();
    if (gates.size > MAX_GATES && oldest !== undefined) gates.delete(oldest);
    return gate;
  };
}
