import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Handler } from '@herald/broker';
import { unavailability } from '@herald/store';
import type { ServiceDeps } from './service.ts';

/**
 * `none`: no outage, so it did not cause the failure. `over`: there was one, or the store refused the work
 * for the moment; try again. `lasting`: the patience is used up.
 */
export type OutageReport = 'none' | 'over' | 'lasting';

export interface OutageWatch {
  /**
   * Waits for an outage to pass, if there is one, so that deliveries in hand are kept instead of using up
   * their attempts. It is an outage if a ping fails, or if `error`, by which the work failed, is the store's
   * own statement that it cannot serve now: it may still answer reads. `since`: when the work first failed,
   * ms of `performance.now`; the patience counts from then. Default: now.
   */
  wait(error: unknown, since?: number): Promise<OutageReport>;
  /** Ends all waits, present and future. */
  abandon(): void;
}

/** ms of wall time. RabbitMQ lets a consumer hold a delivery for 30 minutes. */
const USUAL = { every: 500, patience: 600_000 };
/**
 * ms of wall time before the same work is tried again on a store that answers a ping but refuses the work.
 */
const LONGEST_PAUSE = 10_000;

export interface OutageWatchDeps {
  /** Rejects while a dependency does not answer. */
  readonly ping: () => Promise<unknown>;
  /** ms of wall time between two pings. */
  readonly every: number;
  /**
   * ms of wall time after which an outage is `lasting`. Shorter than the time a broker lets a consumer hold a
   * delivery (RabbitMQ: 30 min).
   */
  readonly patience: number;
  /**
   * Called with the error when the first caller begins to wait, and with undefined when the last one is done.
   */
  readonly onChange?: (error: unknown | undefined) => void;
}

export function createOutageWatch(deps: OutageWatchDeps): OutageWatch {
  const { ping, every, patience, onChange = () => {} } = deps;
  const abandoned = new AbortController();
  const { signal } = abandoned;
  // There are as many listeners as deliveries in hand.
  setMaxListeners(0, signal);
  let probe: Promise<boolean> | undefined;
  let waiting = 0;

  /** Concurrent callers share one ping. */
  const isWell = (): Promise<boolean> => {
    probe ??= ping()
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        probe = undefined;
      });
    return probe;
  };

  /** A ping may take as long as a driver searches for a server; a stop does not wait for it. */
  const look = (): Promise<boolean> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve(false);
      const giveUp = (): void => resolve(false);
      signal.addEventListener('abort', giveUp, { once: true });
      void isWell().then((well) => {
        signal.removeEventListener('abort', giveUp);
        resolve(well);
      });
    });

  /** Never rejects; ends early when abandoned. */
  const rest = (ms: number): Promise<void> => pause(ms, undefined, { signal }).catch(() => {});

  const untilWell = async (deadline: number): Promise<OutageReport> => {
    while (!signal.aborted && performance.now() < deadline) {
      await rest(every);
      if (await look()) return 'over';
    }
    return 'lasting';
  };

  /** Pauses grow without a counter: as long again as the work has been failing. */
  const refused = async (since: number, deadline: number): Promise<OutageReport> => {
    if (performance.now() >= deadline) return 'lasting';
    await rest(Math.min(LONGEST_PAUSE, Math.max(every, performance.now() - since)));
    return signal.aborted ? 'lasting' : 'over';
  };

  return {
    abandon: () => abandoned.abort(),
    async wait(error, since = performance.now()) {
      const deadline = since + patience;
      const isWellNow = await look();
      if (isWellNow && unavailability(error) !== 'certain') return 'none';
      waiting += 1;
      if (waiting === 1) onChange(error);
      try {
        return await (isWellNow ? refused(since, deadline) : untilWell(deadline));
      } finally {
        waiting -= 1;
        if (waiting === 0) onChange(undefined);
      }
    },
  };
}

/** The watch over the dependencies of every service: store and broker. */
export const watchOutage = ({
  store,
  broker,
  log,
}: Pick<ServiceDeps, 'store' | 'broker' | 'log'>): OutageWatch =>
  createOutageWatch({
    ...USUAL,
    ping: () => Promise.all([store.ping(), broker.ping()]),
    onChange: (error) => {
      if (error === undefined) log.info({}, 'the outage is over, or is waited for no longer');
      else
        log.warn({ err: error }, 'an outage of the store or the broker: deliveries in hand wait for its end');
    },
  });

/**
 * Makes a handler patient: a delivery that fails during an outage is kept until it is over and then handled
 * again, so an outage uses up no attempts. The handler must be safe to repeat, as every handler of a
 * redelivery is.
 */
export const pauseDuringOutage =
  (outage: Pick<OutageWatch, 'wait'>, handler: Handler): Handler =>
  async (delivery) => {
    let since: number | undefined;
    for (;;) {
      try {
        return await handler(delivery);
      } catch (error) {
        since ??= performance.now();
        if ((await outage.wait(error, since)) !== 'over') throw error;
      }
    }
  };
