import type { Broker, DeadLetter } from '@herald/broker';
import { isObject } from '@herald/domain';
import { Problem } from '@herald/http';
import { ownerOf } from './owner.ts';

export type Letter = DeadLetter & { readonly token: string };

export interface Search {
  /** Searched in this order. */
  readonly queues: readonly string[];
  /** Undefined: letters that belong to no single workspace. */
  readonly workspace: string | undefined;
  /** The most letters to find. */
  readonly limit: number;
  readonly wanted?: (letter: Letter) => boolean;
  /** The `next` of an earlier search over the same queues. */
  readonly cursor?: string | undefined;
}

/**
 * What was found. `next` is there if there may be more, even when nothing was found among as many letters as
 * one search looks at.
 */
export interface Found {
  readonly letters: readonly Letter[];
  readonly next?: string;
}

/**
 * A queue holds the letters of all workspaces, so a search looks at more than it finds: at most this many.
 */
const MAX_LOOKED_AT = 5_000;
const AT_ONCE = 200;

/**
 * A workspace's dead letters, oldest first within each queue. Throws a `Problem` (400) for a cursor that this
 * search did not make.
 */
export async function searchDeadLetters(broker: Pick<Broker, 'deadLetters'>, search: Search): Promise<Found> {
  const { queues, workspace, limit, wanted = () => true } = search;
  const start = search.cursor === undefined ? undefined : readCursor(search.cursor, queues);
  const letters: Letter[] = [];
  let looked = 0;
  for (const queue of queues.slice(start === undefined ? 0 : queues.indexOf(start.queue))) {
    let after = queue === start?.queue ? start.after : undefined;
    for (;;) {
      if (looked >= MAX_LOOKED_AT) return { letters, next: writeCursor({ queue, after }) };
      const { items } = await broker.deadLetters(queue, {
        limit: AT_ONCE,
        ...(after !== undefined && { after }),
      });
      for (const letter of items) {
        after = letter.token;
        if (ownerOf(letter.body) === workspace && wanted(letter)) letters.push(letter);
        if (letters.length === limit) return { letters, next: writeCursor({ queue, after }) };
      }
      looked += items.length;
      if (items.length < AT_ONCE) break;
    }
  }
  return { letters };
}

interface Place {
  readonly queue: string;
  readonly after?: string | undefined;
}

const writeCursor = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url');

function readCursor(cursor: string, queues: readonly string[]): Place {
  const { queue, after } = placeIn(cursor);
  if (
    typeof queue !== 'string' ||
    !queues.includes(queue) ||
    !(after === undefined || typeof after === 'string')
  ) {
    throw new Problem(400, 'invalid_cursor', 'The cursor is not valid, or belongs to another list.');
  }
  return { queue, after };
}

function placeIn(cursor: string): Record<string, unknown> {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return isObject(place) ? place : {};
  } catch {
    // Every cursor of another form gets the same answer.
    return {};
  }
}
