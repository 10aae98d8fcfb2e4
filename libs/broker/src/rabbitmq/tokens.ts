import { createHash, randomBytes } from 'node:crypto';
import type { Death, Envelope } from './envelope.ts';

const SHAPE = /^\d{13}-\d{6}-[0-9a-f]{16}$/;
const MILLION = 1_000_000;

/** Gives each dead letter its token. Tokens sort by time of death; those of one process by order of death. */
export function createTokens(): (at: number) => string {
  let last = 0;
  let count = 0;
  return (at) => {
    count = at > last ? 0 : count + 1;
    // However many die in one ms, and though the wall clock may be put back.
    if (count === MILLION) count = 0;
    last = count === 0 ? Math.max(at, last + 1) : last;
    return write(last, count, randomBytes(8).toString('hex'));
  };
}

export const isToken = (token: string): boolean => SHAPE.test(token);

/**
 * Of a dead letter that the broker made by itself there is neither time nor reason in its headers; its token
 * follows from what it is.
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
