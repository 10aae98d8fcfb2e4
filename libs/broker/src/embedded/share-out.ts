import type { Gate } from './gate.ts';
import type { Member } from './member.ts';
import type { Row } from './message.ts';

export interface Share {
  readonly member: Member;
  readonly rows: Row[];
}

interface Shared {
  readonly shares: Share[];
  /** How many were taken from the front of the window. */
  readonly count: number;
}

export interface ShareOut {
  /**
   * `inFlight`: how many are with handlers, or not settled yet. `more`: the file holds more than the window.
   */
  share(window: readonly Row[], members: readonly Member[], inFlight: number, more: boolean): Shared;
}

/**
 * Shares out what waits, in order, to the members in turn.
 *
 * An envelope that was with a handler when the process died is a suspect. It is handed over alone: when
 * nothing else of its queue, and no suspect of another queue, is with a handler. So an envelope that kills
 * the process soon becomes a dead letter, and what was in flight beside it does not.
 */
export function createShareOut(gate: Gate): ShareOut {
  const isSuspect = (row: Row): boolean => row.handed > 0;
  let turn = 0;
  let alone = false;
  const me = {};

  const upToSuspect = (rows: Row[]): Row[] => {
    const suspect = rows.findIndex(isSuspect);
    return suspect === -1 ? rows : rows.slice(0, suspect);
  };

  return {
    share(window, members, inFlight, more) {
      const shares: Share[] = [];
      let count = 0;
      let unwilling = 0;
      if (inFlight === 0) {
        alone = false;
        gate.leave(me);
      }
      while (unwilling < members.length) {
        const head = window[count];
        const member = members[turn % members.length];
        if (head === undefined || member === undefined) break;
        const suspect = isSuspect(head);
        if (alone || (suspect && inFlight + count > 0)) break;
        turn = (turn + 1) % members.length;
        const wanted = member.wants(window.length - count, more || suspect);
        unwilling = wanted === 0 ? unwilling + 1 : 0;
        if (wanted === 0) continue;
        if (suspect && !gate.enter(me)) break;
        const rows = suspect ? [head] : upToSuspect(window.slice(count, count + wanted));
        member.take(rows.length);
        shares.push({ member, rows });
        count += rows.length;
        alone = suspect;
      }
      return { shares, count };
    },
  };
}
