import type { Broker } from '../broker.ts';
import { BrokerError } from '../errors.ts';
import type { Engine } from './engine.ts';
import type { WorkQueue } from './queue.ts';

/** The most that are put back in one turn. */
const STEP = 500;

type ListPage = Parameters<Broker['deadLetters']>[1];
type Which = Parameters<Broker['replayDeadLetters']>[1];

export function listDeadLetters(
  queue: WorkQueue,
  { limit, after }: ListPage,
): ReturnType<WorkQueue['dead']['list']> {
  const last = after === undefined ? 0 : parse(after);
  if (last === undefined)
    throw new BrokerError('invalid_cursor', 'There can be no dead letter with this token');
  return queue.dead.list(last, limit);
}

export const replayDeadLetters = (engine: Engine, queue: WorkQueue, which: Which): Promise<number> =>
  'tokens' in which ? replayNamed(engine, queue, which.tokens) : replayOldest(engine, queue, which.limit);

async function replayNamed(engine: Engine, queue: WorkQueue, tokens: readonly string[]): Promise<number> {
  const named = tokens.map(parse).filter((token) => token !== undefined);
  let replayed = 0;
  for (let start = 0; start < named.length; start += STEP) {
    const part = named.slice(start, start + STEP);
    const found = await engine.run(() => {
      const contents = part.map(queue.dead.take).filter((content) => content !== undefined);
      contents.forEach(queue.revive);
      return contents.length;
    });
    replayed += found;
  }
  return replayed;
}

/** Resolves with the tokens of those that were there. */
export async function discardDeadLetters(
  engine: Engine,
  queue: WorkQueue,
  tokens: readonly string[],
): Promise<string[]> {
  const discarded: string[] = [];
  for (let start = 0; start < tokens.length; start += STEP) {
    const part = tokens.slice(start, start + STEP);
    const found = await engine.run(() =>
      part.filter((text) => {
        const token = parse(text);
        return token !== undefined && queue.discard(token);
      }),
    );
    discarded.push(...found);
  }
  return discarded;
}

/** A letter that dies again meanwhile is not replayed twice: its token is later. */
async function replayOldest(engine: Engine, queue: WorkQueue, limit: number): Promise<number> {
  const last = queue.dead.lastToken();
  let replayed = 0;
  while (replayed < limit) {
    const step = Math.min(STEP, limit - replayed);
    const found = await engine.run(() => {
      const contents = queue.dead.takeOldest(step, last);
      contents.forEach(queue.revive);
      return contents.length;
    });
    replayed += found;
    if (found < step) break;
  }
  return replayed;
}

const parse = (token: string): number | undefined => (/^\d{1,15}$/.test(token) ? Number(token) : undefined);
