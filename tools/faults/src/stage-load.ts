import { setTimeout as pause } from 'node:timers/promises';
import type { Load } from '@herald/harness';
import type { StageLoad } from './fault.ts';

/** Prospects let in at a time. */
const GROUP = 6;

/**
 * The harness's load, paced: groups of a few, one after the other by the clock, whether the one before is
 * acknowledged or not.
 */
export function createStageLoad(load: Load): StageLoad & { readonly ids: ReadonlySet<string> } {
  const noted = new Set<string>();
  let begun = 0;
  const begin = (size: number): Promise<void> => {
    const names = Array.from({ length: size }, (_, n) => `p${begun + n}`);
    begun += size;
    const group = load.send(names);
    group.catch(() => {}); // Whoever began it waits for it, later.
    return group;
  };
  return {
    get ids() {
      return new Set([...load.acknowledged, ...noted]);
    },
    get prospects() {
      return begun;
    },
    get acknowledged() {
      return load.acknowledged.size + noted.size;
    },
    get refused() {
      return load.refused;
    },
    note(prospects, eventIds) {
      begun += prospects.length;
      for (const id of eventIds) noted.add(id);
    },
    async send(prospects, over) {
      const groups: Promise<void>[] = [];
      for (let sent = 0; sent < prospects; sent += GROUP) {
        const size = Math.min(GROUP, prospects - sent);
        groups.push(begin(size));
        await pause((over * size) / prospects);
      }
      await Promise.all(groups);
    },
    async during({ every, atMost }, work) {
      let over = false;
      const working = work().finally(() => {
        over = true;
      });
      working.catch(() => {}); // It is awaited below.
      const groups: Promise<void>[] = [];
      for (let sent = 0; !over && sent < atMost; sent += GROUP) {
        groups.push(begin(GROUP));
        await pause(every);
      }
      await working;
      await Promise.all(groups);
    },
  };
}
