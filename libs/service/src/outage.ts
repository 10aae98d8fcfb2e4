import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Handler } from '@herald/broker';
import type { ServiceDeps } from './process/service.ts';

/** `none`: all is well, so a failure was not due to one. `over`: there was one. `lasting`: there still is one, and it is not waited for any longer. */
export type OutageReport = 'none' | 'over' | 'lasting';

export interface OutageWatch {
  /** Waits for an outage to pass, if there is one: whoever holds messages then keeps them instead of using up their attempts. */
  wait(): Promise<OutageReport>;
  /** Waits no longer, now or later. */
  abandon(): void;
}

/** ms of wall time. RabbitMQ lets a consumer hold a message for 30 minutes. */
const USUAL = { every: 500, patience: 600_000 };

export interface OutageWatchDeps {
  /** Rejects while something that is needed does not answer. */
  readonly ping: () => Promise<unknown>;
  /** ms of wall time between two looks. */
  readonly every: number;
  /** ms of wall time after which an outage is `lasting`. Shorter than the time a broker lets a consumer hold a message (RabbitMQ: 30 min). */
  readonly patience: number;
}

export function createOutageWatch({ ping, every, patience }: OutageWatchDeps): OutageWatch {
  const abandoned = new AbortController();
  const { signal } = abandoned;
  // As many as there are messages in hand.
  setMaxListeners(0, signal);
  let probe: Promise<boolean> | undefined;

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

  /** A ping may take as long as a driver looks for a server: nobody who was told to stop waits for it. */
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

  return {
    abandon: () => abandoned.abort(),
    async wait() {
      const deadline = performance.now() + patience;
      if (await look()) return 'none';
      while (!signal.aborted && performance.now() < deadline) {
        // Rejects when abandoned.
        await pause(every, undefined, { signal }).catch(() => {});
        if (await look()) return 'over';
      }
      return 'lasting';
    },
  };
}

/** The watch over what every service cannot do without: store and broker. */
export const watchOutage = ({ store, broker }: Pick<ServiceDeps, 'store' | 'broker'>): OutageWatch =>
  createOutageWatch({ ...USUAL, ping: () => Promise.all([store.ping(), broker.ping()]) });

/**
 * The handler, patient: a message that fails while there is an outage is kept until that is over and then handled anew, so that an outage
 * uses up nobody's attempts. The handler must be fit to be run again, as every handler of a redelivered message is.
 */
export const outlasting =
  (outage: OutageWatch, handler: Handler): Handler =>
  async (delivery) => {
    for (;;) {
      try {
        return await handler(delivery);
      } catch (error) {
        if ((await outage.wait()) !== 'over') throw error;
      }
    }
  };
