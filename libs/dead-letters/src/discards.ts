import type { Broker } from '@herald/broker';
import { collections, type DiscardDocument } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import type { Principal } from '@herald/http';
import { scrub } from '@herald/log';
import type { Metrics } from '@herald/metrics';
import type { Store } from '@herald/store';
import type { Letter } from './search.ts';

export interface DiscardsDeps {
  readonly broker: Pick<Broker, 'discardDeadLetters'>;
  readonly store: Pick<Store, 'collection'>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'deadLettersDiscarded'>;
}

/** Discards these letters. Resolves with how many were still there. */
export type Discard = (letters: readonly Letter[], by: Principal, reason: string) => Promise<number>;

/**
 * Records first, then removes: after a crash in between there is a letter with a record, never a letter gone
 * without one. Discarding it again completes that. If a letter was replayed meanwhile, its record is
 * withdrawn.
 */
export function createDiscard({ broker, store, clock, metrics }: DiscardsDeps): Discard {
  const discards = store.collection(collections.discards);

  return async (letters, by, reason) => {
    const records = letters.map((letter) => recordOf(letter, by, reason, clock.now()));
    await discards.write(records.map((doc) => ({ doc, ifVersion: null })));
    let count = 0;
    for (const [queue, found] of Map.groupBy(letters, (letter) => letter.queue)) {
      const gone = new Set(
        await broker.discardDeadLetters(
          queue,
          found.map(({ token }) => token),
        ),
      );
      const kept = found.filter(({ token }) => !gone.has(token));
      for (const letter of kept) await discards.remove(by.workspace, idOf(letter));
      metrics.deadLettersDiscarded.inc({ queue }, gone.size);
      count += gone.size;
    }
    return count;
  };
}

const idOf = ({ queue, token }: Letter): string => `${queue}:${token}`;

function recordOf(letter: Letter, by: Principal, reason: string, now: number): DiscardDocument {
  const { queue, token, id, key, attempt, publishedAt, diedAt } = letter;
  return {
    workspace: by.workspace,
    id: idOf(letter),
    version: 1,
    discardedAt: now,
    by: by.keyId,
    reason,
    letter: { queue, token, id, key, reason: scrub(letter.reason), attempts: attempt, publishedAt, diedAt },
  };
}
