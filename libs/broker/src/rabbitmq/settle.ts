import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, wall } from '@herald/domain';
import type { BrokerObserver, Delivery } from '../broker.ts';
import { type QueueSpec, retryDelay } from '../topology.ts';
import type { Verdict } from '../verdict.ts';
import type { Death, Envelope } from './envelope.ts';
import type { Levels } from './levels.ts';
import type { Names } from './names.ts';
import type { Letter, Publisher } from './publisher.ts';
import { atOnce, waiting } from './waiting.ts';

/** ms before a failed publish is repeated. */
const AGAIN = 500;

/** An envelope that this process holds. */
export interface Held {
  readonly envelope: Envelope;
  /** False once the broker has taken it back, because the connection was lost. */
  isOurs(): boolean;
  ack(): void;
}

/**
 * Settles envelopes: acknowledges them, delays them for a retry, or makes them dead letters. An envelope is
 * acknowledged only when the broker has confirmed its successor: it may be delivered twice, but is never
 * lost. `forward` resolves with false if the broker has taken the envelope back (it is delivered again), or
 * if it could not be settled before closing.
 */
export interface Settle {
  verdict(queue: QueueSpec, held: Held, delivery: Delivery, verdict: Verdict, seconds: number): Promise<void>;
  bury(queue: QueueSpec, held: Held, delivery: Delivery, reason: string): Promise<void>;
  /** Publishes the letter, then acknowledges. */
  forward(held: Held, letter: () => Letter): Promise<boolean>;
}

export interface SettleDeps {
  readonly clock: Clock;
  readonly names: Names;
  readonly publisher: Publisher;
  readonly retries: Levels;
  readonly token: (at: number) => string;
  readonly observer: Required<BrokerObserver>;
  readonly isClosing: () => boolean;
}

export function createSettle(deps: SettleDeps): Settle {
  const { clock, names, publisher, retries, token, observer, isClosing } = deps;

  const forward = async (held: Held, letter: () => Letter): Promise<boolean> => {
    while (held.isOurs()) {
      try {
        await publisher.send([letter()]);
        if (!held.isOurs()) return false;
        held.ack();
        return true;
      } catch (error) {
        observer.fault(error instanceof Error ? error : new Error(String(error)));
        if (isClosing()) return false;
        await pause(AGAIN);
      }
    }
    return false;
  };

  const retryLetter = (queue: string, { envelope }: Held, due: number): Letter => {
    // There was a verdict: earlier cut-offs no longer count.
    const next = { ...envelope, attempts: envelope.attempts + 1, cutOffs: undefined, due: undefined };
    return waiting({ clock, names }, retries, queue, due, next);
  };
  const toDead = async (queue: QueueSpec, held: Held, attempt: number, reason: string): Promise<boolean> => {
    const at = Date.now();
    const death: Death = { reason, at, token: token(at) };
    return forward(held, () =>
      atOnce(names.dead(queue.name), { ...held.envelope, attempts: attempt, death }),
    );
  };

  return {
    forward,
    async bury(queue, held, delivery, reason) {
      if (await toDead(queue, held, delivery.attempt, reason)) observer.dead(delivery, reason);
    },
    async verdict(queue, held, delivery, verdict, seconds) {
      const { attempt } = delivery;
      if (verdict.kind === 'ack') {
        if (!held.isOurs()) return;
        held.ack();
        observer.settled(delivery, verdict, seconds);
        return;
      }
      const settled = held.envelope.attempts + 1;
      const backoff = verdict.kind === 'retry' ? retryDelay(queue.retry, settled) : undefined;
      if (verdict.kind === 'drop' || backoff === undefined) {
        if (!(await toDead(queue, held, attempt, verdict.reason))) return;
        observer.settled(delivery, verdict, seconds);
        observer.dead(delivery, verdict.reason);
        return;
      }
      const due = clock.now() + wall(clock, Math.max(0, verdict.after ?? backoff));
      if (await forward(held, () => retryLetter(queue.name, held, due))) {
        observer.settled(delivery, verdict, seconds);
      }
    },
  };
}
