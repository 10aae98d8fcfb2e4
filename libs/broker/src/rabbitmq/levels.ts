import type { Channel } from 'amqplib';
import { spread } from './channels.ts';
import type { Address } from './delays.ts';
import type { Names } from './names.ts';
import { quorum } from './quorum.ts';

/**
 * Delays made of plain queues. The wait, in units, is a number of a few digits, and there is a queue for each
 * digit and each of its values but zero. A message waits in the queue of its highest digit, expires into the
 * exchange of the next digit, and in the end into that of arrivals. A queue has one time-to-live for all its
 * messages, so the first one is due first.
 */
export interface LevelsShape {
  /** ms of the finest step. Delays are rounded up to it. */
  readonly unit: number;
  /** How many values a digit has. */
  readonly base: number;
  readonly digits: number;
}

/** 93 queues, up to 27 minutes in steps of 50 ms. */
export const USUAL_SHAPE: LevelsShape = { unit: 50, base: 32, digits: 3 };

export interface Levels {
  /** ms: the longest single wait. */
  readonly range: number;
  /** Exchange and routing key for a wait of `ms` (above 0, at most `range`) for a queue. */
  address(queue: string, ms: number): Address;
  /** The delay queues, in the order in which a message passes them. */
  readonly queues: readonly string[];
  /** Whether a message found in one of them is for this queue. */
  isFor(queue: string, routingKey: string): boolean;
  declare(channels: readonly Channel[], targets: readonly string[]): Promise<void>;
}

export interface LevelsDeps {
  readonly names: Names;
  readonly kind: 'delay' | 'retry';
  readonly shape: LevelsShape;
}

/**
 * `delay` dead-letters at most once, which is faster: the store still has what is lost, and publishes it
 * again. `retry` dead-letters at least once: nothing else has what waits there.
 */
export function createLevels({ names, kind, shape: { unit, base, digits } }: LevelsDeps): Levels {
  const set = names.levels(kind, unit);
  const most = base ** digits - 1;
  const positions = Array.from({ length: digits }, (_, n) => digits - 1 - n);
  const values = Array.from({ length: base - 1 }, (_, n) => n + 1);
  const exchange = (position: number): string => `${set}.${position < 0 ? 'due' : position}`;
  const queue = (position: number, value: number): string => `${set}.${position}.${value}`;
  /** Matches whatever the digits before `position` are. */
  const before = (position: number): string => '*.'.repeat(digits - 1 - position);
  const atLeastOnce: Record<string, string> =
    kind === 'retry' ? { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' } : {};

  const declareQueue = async (channel: Channel, position: number, value: number): Promise<void> => {
    const name = queue(position, value);
    await channel.assertQueue(
      name,
      quorum({
        'x-message-ttl': value * base ** position * unit,
        'x-dead-letter-exchange': exchange(position - 1),
        ...atLeastOnce,
      }),
    );
    await channel.bindQueue(name, exchange(position), `${before(position)}${value}.#`);
  };

  return {
    range: most * unit,
    queues: positions.flatMap((position) => values.map((value) => queue(position, value))),
    address(target, ms) {
      const written = digitsOf(Math.min(Math.ceil(ms / unit), most), base, digits);
      const first = written.findIndex((digit) => digit > 0);
      const routingKey = [...written, names.own(target)].join('.');
      return { exchange: exchange(first < 0 ? -1 : digits - 1 - first), routingKey, mandatory: true };
    },
    isFor: (target, routingKey) => routingKey.split('.').slice(digits).join('.') === names.own(target),
    async declare(channels, targets) {
      const [channel] = channels;
      if (channel === undefined) return;
      await channel.assertExchange(exchange(-1), 'topic', { alternateExchange: names.unroutable });
      for (const position of positions) await channel.assertExchange(exchange(position), 'topic');
      for (const position of positions) {
        await channel.bindExchange(exchange(position - 1), exchange(position), `${before(position)}0.#`);
      }
      for (const target of targets) {
        const name = names.own(target);
        await channel.bindQueue(name, exchange(-1), `${'*.'.repeat(digits)}${name}`);
      }
      const all = positions.flatMap((position) => values.map((value) => ({ position, value })));
      await spread(channels, all, (own, { position, value }) => declareQueue(own, position, value));
    },
  };
}

/** The highest first. */
const digitsOf = (units: number, base: number, digits: number): number[] =>
  Array.from({ length: digits }, (_, n) => Math.floor(units / base ** (digits - 1 - n)) % base);
