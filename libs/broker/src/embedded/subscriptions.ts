import { readJson } from '@herald/domain';
import type { Consumer } from '../broker.ts';

type Listener = (body: unknown) => void;

/** Who listens to the fan-out exchanges of this process. */
export interface Subscriptions {
  add(exchange: string, listener: Listener): Consumer;
  /** Sends to every listener a body of its own. `json` is parsed only if somebody listens. */
  send(exchange: string, json: string): void;
}

/** `onError`: a listener threw; the others still get theirs. */
export function createSubscriptions(onError: (error: unknown) => void): Subscriptions {
  const listeners = new Map<string, Set<Listener>>();

  return {
    add(exchange, listener) {
      const known = listeners.get(exchange) ?? new Set();
      listeners.set(exchange, known);
      // The same function may listen twice.
      const own: Listener = (body) => listener(body);
      known.add(own);
      return {
        async stop() {
          known.delete(own);
        },
      };
    },
    send(exchange, json) {
      for (const listener of listeners.get(exchange) ?? []) {
        try {
          listener(readJson(json));
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
