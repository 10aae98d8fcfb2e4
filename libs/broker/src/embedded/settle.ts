import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, wall } from '@herald/domain';
import type { BrokerObserver, Delivery } from '../broker.ts';
import { type RetryPolicy, retryDelay } from '../topology.ts';
import type { Verdict } from '../verdict.ts';
import type { Engine } from './engine.ts';
import type { Row } from './message.ts';
import type { WorkQueue } from './queue.ts';

/**
 * Makes one verdict for each row durable, and resolves then. Never rejects: a failed write is repeated until
 * the broker closes. What is not written by then is delivered again after the next start.
 */
export type Settle = (
  queue: WorkQueue,
  rows: readonly Row[],
  deliveries: readonly Delivery[],
  verdicts: readonly Verdict[],
  seconds: number,
) => Promise<void>;

export interface SettleDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly observer: Required<Pick<BrokerObserver, 'settled' | 'dead'>>;
  /** ms of wall time between a failed write and the next. */
  readonly afterFailure: number;
  readonly isClosing: () => boolean;
}

export function createSettle(deps: SettleDeps): Settle {
  const { engine, clock, observer } = deps;
  const apply = (queue: WorkQueue, row: Row, { after, reason }: Fate): void => {
    queue.remove(row);
    if (reason !== undefined) queue.bury(row, reason);
    const next = { ...row, attempts: verdictsOf(row) };
    if (after === 0) queue.add(next);
    else if (after !== undefined) queue.delay(next, clock.now() + wall(clock, after));
  };

  const write = async (job: () => void): Promise<boolean> => {
    for (;;) {
      try {
        await engine.run(job);
        return true;
      } catch {
        // The engine has reported it. `close` must not wait for a disk that may stay full.
        if (deps.isClosing()) return false;
        await pause(deps.afterFailure);
      }
    }
  };

  return async (queue, rows, deliveries, verdicts, seconds) => {
    const settled = deliveries.flatMap((delivery, n) => {
      const [row, verdict] = [rows[n], verdicts[n]];
      if (row === undefined || verdict === undefined) return [];
      return [{ row, delivery, verdict, fate: fateOf(verdict, queue.spec.retry, verdictsOf(row)) }];
    });
    const written = await write(() => {
      for (const { row, fate } of settled) apply(queue, row, fate);
    });
    if (!written) return;
    for (const { delivery, verdict, fate } of settled) {
      observer.settled(delivery, verdict, seconds);
      if (fate.reason !== undefined) observer.dead(delivery, fate.reason);
    }
  };
}

/** Attempts that came to a verdict, this one included: a hand-over that was cut off is not counted. */
const verdictsOf = (row: Row): number => row.attempts - row.handed + 1;

/**
 * `after`: it is delivered again after so many ms of wall time. `reason`: it becomes a dead letter. Neither:
 * done.
 */
interface Fate {
  readonly after?: number;
  readonly reason?: string;
}

function fateOf(verdict: Verdict, policy: RetryPolicy, attempt: number): Fate {
  if (verdict.kind === 'ack') return {};
  if (verdict.kind === 'drop') return { reason: verdict.reason };
  const backoff = retryDelay(policy, attempt);
  if (backoff === undefined) return { reason: verdict.reason };
  return { after: Math.max(0, verdict.after ?? backoff) };
}
