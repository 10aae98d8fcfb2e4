import type { Broker } from '@herald/broker';
import { within } from '@herald/clock';
import type { Store } from '@herald/store';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Http } from './http.ts';
import { problemOf, unavailable } from './problem/problem-of.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `false`: the route never uses the store, so its answer does not depend on it. */
    usesStore?: boolean;
  }
}

export interface GuardOptions {
  readonly store: Pick<Store, 'ping'>;
  readonly broker: Pick<Broker, 'ping'>;
  /** ms of wall time until a request without an answer causes a ping of the store. */
  readonly slow?: number;
  /** ms of wall time within which store and broker must answer a ping. */
  readonly patience?: number;
}

/**
 * No caller waits for a store that is away. Applies to routes with a scope that are declared after this. If a
 * request has no answer after `slow` and the store does not answer a ping within `patience`, the answer is
 * 503 with Retry-After; a slow request goes on. An unexplained failure while store or broker is away is a 503
 * too, not a 500. The work goes on behind a 503, so whether a write was done is not known.
 */
export function guardOutages(app: Http, options: GuardOptions): void {
  const { store, broker, slow = 2_000, patience = 1_000 } = options;
  const isAway = (dependency: GuardOptions['store' | 'broker']): Promise<boolean> =>
    within(patience, dependency.ping()).then(
      () => false,
      () => true,
    );

  /** Rejects once the store is away. */
  const watchStore = (request: FastifyRequest): { readonly away: Promise<never>; end(): void } => {
    const { promise: away, reject } = Promise.withResolvers<never>();
    let timer: NodeJS.Timeout;
    const lookLater = (): void => {
      timer = setTimeout(() => void look(), slow);
    };
    let isOver = false;
    const look = async (): Promise<void> => {
      const problem = (await isAway(store)) ? unavailable('store') : undefined;
      if (isOver) return;
      if (problem === undefined) return lookLater();
      request.log.warn({ ms: slow + patience }, 'the store does not answer: a request was given up');
      reject(problem);
    };
    lookLater();
    return {
      away,
      end() {
        isOver = true;
        clearTimeout(timer);
      },
    };
  };

  const explained = async (error: unknown): Promise<unknown> => {
    if (problemOf(error).code !== 'internal') return error;
    if (await isAway(store)) return unavailable('store', error);
    return (await isAway(broker)) ? unavailable('broker', error) : error;
  };

  app.addHook('onRoute', (route) => {
    const { handler, config } = route;
    if (config?.scope === undefined || config.usesStore === false) return;
    route.handler = async function (this: Http, request: FastifyRequest, reply: FastifyReply) {
      const watch = watchStore(request);
      try {
        return await Promise.race([(async () => handler.call(this, request, reply))(), watch.away]);
      } catch (error) {
        throw await explained(error);
      } finally {
        watch.end();
      }
    };
  });
}
