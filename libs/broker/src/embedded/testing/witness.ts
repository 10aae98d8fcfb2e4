import { setImmediate as turn } from 'node:timers/promises';
import type { BrokerObserver, Delivery } from '../../broker.ts';
import type { Verdict } from '../../verdict.ts';

export interface Answer {
  readonly verdict: Verdict;
  /** How many turns of the event loop the handler takes. */
  readonly turns: number;
}

/**
 * For tests: what publishers, handlers and the observer saw, and where that contradicts what a broker
 * promises.
 */
export interface Witness {
  readonly observer: BrokerObserver;
  /** All messages get their verdicts from one list of answers, which repeats. */
  handle(delivery: Delivery): Promise<Verdict>;
  confirm(ids: readonly string[]): void;
  refuse(ids: readonly string[]): void;
  /** Earlier handlers have no effect any more. */
  crash(): void;
  /** All contradictions so far; call it when nothing is under way: what was confirmed must have ended. */
  faults(dead: readonly string[]): string[];
}

export function createWitness(attempts: number, answers: readonly Answer[]): Witness {
  const faults: string[] = [];
  const confirmed = new Set<string>();
  const refused = new Set<string>();
  /** What the observer was called for, by id: the messages that must never come again. */
  const ended = new Map<string, 'ack' | 'dead'>();
  /** What a handler acknowledged while it could still be heard. */
  const acknowledged = new Set<string>();
  const retries = new Map<string, number>();
  const holders = new Map<string, number>();
  let life = 0;
  let asked = 0;
  let latest = -1;

  const check = (id: string, fine: boolean, fault: string): void => {
    if (!fine) faults.push(`${id} ${fault}`);
  };

  return {
    observer: {
      settled: ({ id }, { kind }) => {
        if (kind === 'ack') ended.set(id, 'ack');
        if (kind === 'retry') retries.set(id, (retries.get(id) ?? 0) + 1);
      },
      dead: ({ id }) => ended.set(id, 'dead'),
    },
    async handle(delivery) {
      const { id } = delivery;
      const mine = life;
      check(id, !ended.has(id), 'came again after its end');
      check(id, !refused.has(id), 'came though its publish was refused');
      check(id, holders.get(id) !== mine, 'is with two handlers');
      check(id, delivery.attempt > (retries.get(id) ?? 0), `came with attempt ${delivery.attempt} too late`);
      // Hand-overs that were cut off count, but use up no attempt.
      check(id, delivery.attempt < attempts + 3, `came with attempt ${delivery.attempt}`);
      if (delivery.attempt === 1 && !id.startsWith('delayed')) {
        check(id, Number(id) > latest, `came after ${latest}`);
        latest = Number(id);
      }
      holders.set(id, mine);
      const answer = answers[asked % answers.length];
      asked += 1;
      if (answer === undefined) throw new Error('There are no answers');
      for (let n = 0; n < answer.turns; n += 1) await turn();
      if (mine === life) {
        holders.delete(id);
        if (answer.verdict.kind === 'ack') acknowledged.add(id);
      }
      return answer.verdict;
    },
    confirm: (ids) => {
      for (const id of ids) confirmed.add(id);
    },
    refuse: (ids) => {
      for (const id of ids) refused.add(id);
    },
    crash: () => {
      life += 1;
    },
    faults(dead) {
      const letters = new Set(dead);
      for (const id of confirmed) {
        check(id, letters.has(id) || acknowledged.has(id), 'was confirmed and came to no end');
      }
      for (const [id, end] of ended) {
        check(
          id,
          (end === 'dead') === letters.has(id),
          `ended as ${end}, and the dead letters say otherwise`,
        );
      }
      check('a message', letters.size === dead.length, 'is among the dead letters twice');
      return faults;
    },
  };
}
