import { createHash, randomBytes } from 'node:crypto';
import type { Death, Envelope } from './envelope.ts';

const SHAPE = /^\d{13}-\d{6}-[0-9a-f]{16}$/;
const MILLION = 1_000_000;

/** Makes tokens of dead letters. They sort by time of death; within one process, by order of death. */
export function createTokens(): (at: number) => string {
  let last = 0;
  let count = 0;
  return (at) => {
    count = at > last ? 0 : count + 1;
    // Also for several in one ms, and if the wall clock is put back.
    if (count === MILLION) count = 0;
    last = count === 0 ? Math.max(at, last + 1) : last;
    return write(last, count, randomBytes(8).toString('hex'));
  };
}

export const isToken = (token: string): boolean => SHAPE.test(token);

/**
 * A dead letter that RabbitMQ made has no time and no reason in its headers; its token is derived from it.
 */
export function deathOf(envelope: Envelope): Death {
  if (envelope.death !== undefined) return envelope.death;
  const hash = createHash('sha256')
    .update(`${envelope.id}\n${envelope.publishedAt}\n`)
    .update(envelope.content);
  const token = write(0, 0, hash.digest('hex').slice(0, 16));
  return { reason: 'RabbitMQ gave it up', at: envelope.publishedAt, token };
}

const write = (at: number, count: number, hex: string): string =>
  `${String(at).padStart(13, '0')}-${String(count).padStart(6, '0')}-${hex}`;
