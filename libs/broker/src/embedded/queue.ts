import type { Instant } from '@herald/domain';
import type { QueueDepth, QueueLoad } from '../broker.ts';
import type { QueueSpec } from '../topology.ts';
import type { DeadTable } from './dead-table.ts';
import type { DelayedTable } from './delayed-table.ts';
import type { Gate } from './gate.ts';
import type { Member } from './member.ts';
import type { Bounds, Content, Row } from './message.ts';
import type { ReadyTable } from './ready-table.ts';
import { createShareOut, type Share } from './share-out.ts';

/** What is moved or read in one go. */
const STEP: Bounds = { rows: 1000, chars: 16 * 1024 * 1024 };

/**
 * One queue. It changes in turns, each one transaction: `add` to `remove` collect changes, `finish` decides
 * who gets what and writes everything, then `committed` or `rolledBack` is called.
 *
 * It keeps a window of what comes next in memory: while consumers keep up nothing is read from the file. An
 * envelope is handed over only after its `attempts` were raised in a commit that happens anyway, the one that
 * stores it or the one that settles its predecessor. So a crash costs an attempt of what was with a handler,
 * and of nothing else.
 */
export interface WorkQueue {
  readonly spec: QueueSpec;
  readonly dead: DeadTable;
  /** When the next delayed message is due. */
  nextDue(): Instant | undefined;
  depth(): QueueDepth;
  occupancy(): QueueLoad;
  join(member: Member): void;
  leave(member: Member): void;

  /** Puts an envelope at the end. */
  add(content: Content): void;
  delay(content: Content, dueAt: Instant): void;
  bury(content: Content, reason: string): void;
  /** Removes an envelope that was handed over. */
  remove(row: Row): void;
  purgeDelayed(): number;
  /** Puts a dead letter at the end, its attempts counted anew. */
  revive(content: Content): void;
  /** Removes the dead letter with this token for good; false if there is none. */
  discard(token: number): boolean;
  /** Reads the state from the file, after opening and after a failure. */
  load(): void;

  finish(now: Instant): void;
  /** Hands over. True if another turn would hand over or move more. */
  committed(): boolean;
  rolledBack(): void;
}

export interface QueueDeps {
  readonly spec: QueueSpec;
  readonly ready: ReadyTable;
  readonly delayed: DelayedTable;
  readonly dead: DeadTable;
  /** Shared by all queues of the process. */
  readonly gate: Gate;
}

export function createQueue({ spec, ready, delayed, dead, gate }: QueueDeps): WorkQueue {
  const sharing = createShareOut(gate);
  let members: readonly Member[] = [];
  /**
   * What comes next, in order. A row of the file up to `readUpTo` is in it, with a handler, or just settled.
   */
  let window: Row[] = [];
  let windowChars = 0;
  let readUpTo = ready.start;
  /** Whether the file may hold more behind `readUpTo`. */
  let behind = true;
  let lastPlace = ready.start;
  let handedUpTo = ready.start;
  let counts = { stored: 0, inFlight: 0, delayed: 0, dead: 0 };
  let nextDue: Instant | undefined;
  let turn = newTurn(handedUpTo);

  const bounds = (): Bounds => ({
    rows: Math.max(STEP.rows, 2 * members.reduce((sum, { limit }) => sum + limit, 0)),
    chars: STEP.chars,
  });
  const hasRoom = ({ rows, chars }: Bounds): boolean => window.length < rows && windowChars < chars;

  const admit = (row: Row): void => {
    window.push(row);
    windowChars += row.body.length;
    readUpTo = row.place;
  };

  const forget = (): void => {
    window = [];
    windowChars = 0;
    readUpTo = handedUpTo;
    behind = true;
  };

  const load = (): void => {
    forget();
    lastPlace = Math.max(ready.lastPlace(), handedUpTo);
    counts = { ...counts, stored: ready.count(), delayed: delayed.count(), dead: dead.count() };
    nextDue = delayed.earliest();
  };

  const moveDue = (now: Instant): void => {
    if (nextDue === undefined || nextDue > now) return;
    const due = delayed.takeDue(now, STEP);
    for (const content of due) add(content);
    counts.delayed -= due.length;
    nextDue = delayed.earliest();
  };

  const refill = (): void => {
    const { rows, chars } = bounds();
    if (!behind || members.length === 0 || window.length > rows / 2 || windowChars > chars / 2) return;
    const room = { rows: rows - window.length, chars: chars - windowChars };
    const page = ready.page(readUpTo, room);
    page.forEach(admit);
    // A page cut short by its size looks like the last one; then the window is full.
    behind = page.length === room.rows || windowChars >= chars;
  };

  const add = (content: Content): void => {
    const { id, key, body, publishedAt, traceparent, attempts } = content;
    lastPlace += 1;
    turn.added.push({ place: lastPlace, handed: 0, id, key, body, publishedAt, traceparent, attempts });
  };

  const admitAdded = (): void => {
    const limits = bounds();
    for (const row of turn.added) {
      if (behind || members.length === 0 || !hasRoom(limits)) behind = true;
      else admit(row);
    }
    counts.stored += turn.added.length;
  };

  const handOver = (): void => {
    const shared = sharing.share(window, members, counts.inFlight, behind);
    turn.shares = shared.shares;
    const handed = window.splice(0, shared.count);
    const [first, last] = [handed[0], handed.at(-1)];
    if (window.length === 0) for (const member of members) member.idle();
    if (first === undefined || last === undefined) return;
    // Rows of this turn are inserted with their new counts; the others are in the file already.
    const lastStored = Math.min(last.place, (turn.added[0]?.place ?? Number.POSITIVE_INFINITY) - 1);
    if (lastStored >= first.place) ready.handOver(first.place, lastStored);
    for (const row of handed) {
      row.handed += 1;
      row.attempts += 1;
      windowChars -= row.body.length;
    }
    counts.inFlight += handed.length;
    handedUpTo = last.place;
  };

  return {
    spec,
    dead,
    nextDue: () => nextDue,
    depth: () => {
      const { stored, inFlight } = counts;
      return { ready: stored - inFlight, inFlight, delayed: counts.delayed, dead: counts.dead };
    },
    occupancy: () => {
      const { stored, inFlight, dead } = counts;
      return { ready: stored - inFlight, inFlight, dead, consumers: members.length };
    },
    join: (member) => {
      members = [...members, member];
    },
    leave: (member) => {
      members = members.filter((other) => other !== member);
      if (members.length === 0) forget();
    },
    add,
    delay: (content, dueAt) => {
      const due = Math.min(Math.ceil(dueAt), Number.MAX_SAFE_INTEGER);
      delayed.insert(due, content);
      counts.delayed += 1;
      nextDue = Math.min(due, nextDue ?? due);
    },
    bury: (content, reason) => {
      dead.insert(content, reason);
      counts.dead += 1;
    },
    revive: (content) => {
      counts.dead -= 1;
      add({ ...content, attempts: 0 });
    },
    discard: (token) => {
      if (dead.take(token) === undefined) return false;
      counts.dead -= 1;
      return true;
    },
    remove: ({ place }) => {
      turn.removed.push(place);
      counts.stored -= 1;
      counts.inFlight -= 1;
    },
    purgeDelayed: () => {
      const purged = delayed.purge();
      counts.delayed -= purged;
      nextDue = delayed.earliest();
      return purged;
    },
    load,
    finish: (now) => {
      moveDue(now);
      refill();
      admitAdded();
      handOver();
      for (const [first, last] of runs(turn.removed)) ready.remove(first, last);
      for (const row of turn.added) ready.insert(row);
    },
    committed: () => {
      const { shares } = turn;
      turn = newTurn(handedUpTo);
      for (const { member, rows } of shares) member.hand(rows);
      return shares.length > 0 && behind;
    },
    rolledBack: () => {
      const taken = turn.shares.reduce((sum, { rows }) => sum + rows.length, 0);
      for (const { member, rows } of turn.shares) member.giveBack(rows.length);
      counts.inFlight += turn.removed.length - taken;
      handedUpTo = turn.handedUpTo;
      turn = newTurn(handedUpTo);
      load();
    },
  };
}

interface Turn {
  readonly added: Row[];
  readonly removed: number[];
  shares: Share[];
  /** The place up to which was handed over before. */
  readonly handedUpTo: number;
}

const newTurn = (handedUpTo: number): Turn => ({ added: [], removed: [], shares: [], handedUpTo });

/** The numbers as ranges without gaps. */
function runs(numbers: number[]): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (const n of numbers.sort((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range !== undefined && range[1] === n - 1) range[1] = n;
    else ranges.push([n, n]);
  }
  return ranges;
}
