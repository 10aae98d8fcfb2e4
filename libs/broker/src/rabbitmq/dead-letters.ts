import type { Channel, GetMessage } from 'amqplib';
import type { Broker, DeadLetter } from '../broker.ts';
import { BrokerError } from '../errors.ts';
import { createHand, type Hand } from './browse.ts';
import { deadLetterOf, type Envelope, envelopeOf } from './envelope.ts';
import type { Names } from './names.ts';
import type { Publisher } from './publisher.ts';
import { deathOf, isToken } from './tokens.ts';
import { atOnce } from './waiting.ts';

/** Put back in one go at most. */
const STEP = 500;
/** ms to wait for what was put back. */
const PATIENCE = 5000;

type ListPage = Parameters<Broker['deadLetters']>[1];
type Which = Parameters<Broker['replayDeadLetters']>[1];

export interface DeadLettersDeps {
  readonly names: Names;
  readonly publisher: Publisher;
  readonly channel: <T>(use: (channel: Channel) => Promise<T>) => Promise<T>;
  /** What was looked at did not come back: a policy holds it, or another process has it. */
  readonly hidden: (queue: string) => void;
}

/**
 * The dead letters of a queue lie in a queue of their own. To look at them is to take them out and give them
 * back, in their order; what another process looks at or replays at that moment is not seen, and the oldest
 * 10,000 are all that are. To replay one is to publish it, have that confirmed, and only then take it away: a
 * crash in between leaves it in both places, never in none.
 */
export interface DeadLetters {
  list(queue: string, page: ListPage): Promise<(DeadLetter & { token: string })[]>;
  replay(queue: string, which: Which): Promise<number>;
  /** Takes them away for good; the tokens of those that were there. */
  discard(queue: string, tokens: readonly string[]): Promise<string[]>;
  count(queue: string): Promise<number>;
}

export function createDeadLetters({ names, publisher, channel, hidden }: DeadLettersDeps): DeadLetters {
  const turns = new Map<string, Promise<unknown>>();

  /** One after the other: two that look at the same queue would each see a part. */
  const inTurn = <T>(queue: string, use: (on: Channel, hand: Hand) => Promise<T>): Promise<T> => {
    const before = turns.get(queue) ?? Promise.resolve();
    const mine = before
      .catch(() => {})
      .then(() =>
        channel(async (on) => {
          const hand = createHand(on);
          const result = await use(on, hand);
          if (!(await hand.putBack(PATIENCE))) hidden(names.dead(queue));
          return result;
        }),
      );
    turns.set(queue, mine);
    return mine;
  };

  const revive = async (hand: Hand, queue: string, messages: readonly GetMessage[]): Promise<void> => {
    for (let start = 0; start < messages.length; start += STEP) {
      const part = messages.slice(start, start + STEP);
      await publisher.send(part.map((message) => atOnce(names.own(queue), anew(envelopeOf(message)))));
      for (const message of part) hand.remove(message);
    }
  };

  const tokenOf = (message: GetMessage): string => deathOf(envelopeOf(message)).token;

  const findNamed = async (hand: Hand, dead: string, tokens: readonly string[]): Promise<GetMessage[]> => {
    const wanted = new Set(tokens.filter(isToken));
    if (wanted.size === 0) return [];
    const all = await hand.take(dead, undefined, (message) => {
      wanted.delete(tokenOf(message));
      return wanted.size === 0;
    });
    const named = new Set(tokens);
    return all.filter((message) => named.has(tokenOf(message)));
  };

  return {
    list(queue, { limit, after = '' }) {
      if (after !== '' && !isToken(after)) {
        throw new BrokerError('invalid_cursor', 'There can be no dead letter with this token');
      }
      return inTurn(queue, async (_, hand) => {
        const envelopes = (await hand.take(names.dead(queue))).map(envelopeOf);
        return envelopes
          .map((envelope) => ({ envelope, death: deathOf(envelope) }))
          .filter(({ death }) => death.token > after)
          .sort((one, other) => (one.death.token < other.death.token ? -1 : 1))
          .slice(0, limit)
          .map(({ envelope, death }) => deadLetterOf(queue, envelope, death));
      });
    },
    replay: (queue, which) =>
      inTurn(queue, async (on, hand) => {
        const dead = names.dead(queue);
        let found: GetMessage[];
        if ('limit' in which) {
          // What dies again meanwhile comes behind these.
          const { messageCount } = await on.checkQueue(dead);
          found = await hand.take(dead, Math.min(which.limit, messageCount));
        } else {
          found = await findNamed(hand, dead, which.tokens);
        }
        await revive(hand, queue, found);
        return found.length;
      }),
    discard: (queue, tokens) =>
      inTurn(queue, async (_, hand) => {
        const found = await findNamed(hand, names.dead(queue), tokens);
        for (const message of found) hand.remove(message);
        return found.map(tokenOf);
      }),
    count: (queue) => inTurn(queue, async (on) => (await on.checkQueue(names.dead(queue))).messageCount),
  };
}

const anew = (envelope: Envelope): Envelope => ({
  ...envelope,
  attempts: 0,
  cutOffs: undefined,
  death: undefined,
});
