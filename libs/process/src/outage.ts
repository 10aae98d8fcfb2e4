import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Handler } from '@herald/broker';
import { unavailability } from '@herald/store';
import type { ServiceDeps } from './service.ts';

/**
 * `none`: all is well, so a failure was not due to an outage. `over`: there was one, or the store said that
 * it could not do it just then; try again. `lasting`: the patience is used up.
 */
export type OutageReport = 'none' | 'over' | 'lasting';

export interface OutageWatch {
  /**
   * Waits for an outage to pass, if there is one: whoever holds messages then keeps them instead of using up
   * their attempts. There is one when a ping fails, and also when `error`, by which the work failed, is the
   * store's own word that it cannot serve now: it may still answer reads. `since`: when the work first
   * failed, ms of `performance.now`; the patience counts from then. Default: now.
   */
  wait(error: unknown, since?: number): Promise<OutageReport>;
  /** Waits no longer, now or later. */
  abandon(): void;
}

/** ms of wall time. RabbitMQ lets a consumer hold a message for 30 minutes. */
const USUAL = { every: 500, patience: 600_000 };
/**
 * ms of wall time before the same work is tried again on a store that answers a ping and refuses the work.
 */
const LONGEST_PAUSE = 10_000;

export interface OutageWatchDeps {
  /** Rejects while something that is needed does not answer. */
  readonly ping: () => Promise<unknown>;
  /** ms of wall time between two looks. */
  readonly every: number;
  /**
   * ms of wall time after which an outage is `lasting`. Shorter than the time a broker lets a consumer hold a
   * message (RabbitMQ: 30 min).
   */
  readonly patience: number;
  /**
   * Called when the first of all who wait begins, with what it failed by, and when the last of them is done.
   */
  readonly onChange?: (error: unknown | undefined) => void;
}

export function createOutageWatch(deps: OutageWatchDeps): OutageWatch {
  const { ping, every, patience, onChange = () => {} } = deps;
  const abandoned = new AbortController();
  const { signal } = abandoned;
  // As many as there are messages in hand.
  setMaxListeners(0, signal);
  let probe: Promise<boolean> | undefined;
  let waiting = 0;

  /** One probe for all who ask meanwhile. */
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

  /** A ping may take as long as a driver looks for a server; a stop does not wait for it. */
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

  /** Rejects never; ends early when abandoned. */
  const rest = (ms: number): Promise<void> => pause(ms, undefined, { signal }).catch(() => {});

  const untilWell = async (deadline: number): Promise<OutageReport> => {
    while (!signal.aborted && performance.now() < deadline) {
      await rest(every);
      if (await look()) return 'over';
    }
    return 'lasting';
  };

  /** Longer and longer, without a count: as long again as the work has been failing. */
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

/** The watch over what every service cannot do without: store and broker. */
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
        log.warn({ err: error }, 'an outage of the store or the broker: messages in hand wait for its end');
    },
  });

/**
 * The handler, patient: a message that fails while there is an outage is kept until that is over and then
 * handled anew, so that an outage uses up nobody's attempts. The handler must be fit to be run again, as
 * every handler of a redelivered message is.
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
