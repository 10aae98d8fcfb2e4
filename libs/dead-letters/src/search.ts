import type { Broker, DeadLetter } from '@herald/broker';
import { isObject } from '@herald/domain';
import { Problem } from '@herald/http';
import { ownerOf } from './owner.ts';

export type Letter = DeadLetter & { readonly token: string };

export interface Search {
  /** In this order. */
  readonly queues: readonly string[];
  /**
   * Whose; undefined: those that belong to no one workspace, because they cannot be read or are of several.
   */
  readonly workspace: string | undefined;
  /** How many to find at most. */
  readonly limit: number;
  readonly wanted?: (letter: Letter) => boolean;
  /** The `next` of an earlier search over the same queues. */
  readonly cursor?: string | undefined;
}

/**
 * What was found. `next` is there when there may be more, also when nothing was found among as many letters
 * as one search may look at.
 */
export interface Found {
  readonly letters: readonly Letter[];
  readonly next?: string;
}

/** Letters of all workspaces lie in one queue, so a search looks at more than it finds: up to this many. */
const MAX_LOOKED_AT = 5_000;
const AT_ONCE = 200;

/**
 * A workspace's dead letters, oldest first within each queue. A cursor that is none of ours throws a
 * `Problem` (400).
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
    throw new Problem(400, 'invalid_cursor', 'The cursor is none of ours, or belongs to another list.');
  }
  return { queue, after };
}

function placeIn(cursor: string): Record<string, unknown> {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return isObject(place) ? place : {};
  } catch {
    // What is not ours is answered as such, whatever it is.
    return {};
  }
}
