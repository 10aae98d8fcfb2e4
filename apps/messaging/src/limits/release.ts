import { collections, type MessageDocument, type WaitlistDocument } from '@herald/contracts';
import { type Clock, grantOf, type Rate, span, wall } from '@herald/domain';
import type { Log } from '@herald/log';
import type { Store } from '@herald/store';
import type { FairShare } from './fair-share.ts';
import type { Hold } from './hold.ts';

/**
 * Releases messages from their waitlists: within a waitlist by due time, and the waitlists take turns. Every
 * replica does it.
 */
export interface Release {
  start(): void;
  /** Releases no more, and waits for the messages that are being sent. */
  stop(): Promise<void>;
  /** A message has begun to wait: looks at once. */
  look(): void;
}

export interface ReleaseDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly share: FairShare;
  /** The rate of a waitlist; undefined: it has none (any more). */
  readonly rateOf: (workspace: string, waitlist: string) => Promise<Rate | undefined>;
  /** Sends a message that has waited. */
  readonly send: (doc: MessageDocument, waited: Hold) => Promise<void>;
}

/**
 * ms of wall time. Between looks: while messages are being sent, while none is, and after a look that failed.
 * Leases: of a waitlist, and of a released message.
 */
const TIMES = {
  busy: 25,
  idle: 200,
  trouble: span.SECOND,
  lease: 5 * span.SECOND,
  grace: 30 * span.SECOND,
} as const;
/**
 * How many messages are released at once, and how many of a workspace one process sends at a time: at most,
 * and at least when each takes long.
 */
const CHUNK = 64;
const ON_THEIR_WAY = { most: 96, least: 4 };
/**
 * ms of wall time that sending may take. Longer comes near the time at which the sweep takes the message for
 * lost.
 */
const LONG = TIMES.grace / 3;
/** The same for all workspaces together. */
const ALL = 512;
/** Waitlists looked at in one go. */
const LISTS = 16;

export function createRelease(deps: ReleaseDeps): Release {
  const { store, clock, log, share } = deps;
  const waitlists = store.collection(collections.waitlists);
  const messages = store.collection(collections.messages);
  const underWay = new Set<Promise<void>>();
  let stopped = true;
  let loop: Promise<void> = Promise.resolve();
  let wakeUp = (): void => {};
  /** A message began to wait during the look. */
  let asked = false;
  let window: number = ON_THEIR_WAY.most;

  /**
   * While store or provider is slow, fewer messages at once give the same throughput. More would only be
   * taken for lost and handled twice.
   */
  const learn = (began: number): void => {
    window =
      performance.now() - began > LONG
        ? Math.max(ON_THEIR_WAY.least, window * 0.9)
        : Math.min(ON_THEIR_WAY.most, window + 1);
  };

  /**
   * Writes the result of a look at a waitlist. False: somebody else changed it, and set the time of the next
   * look.
   */
  const settle = async (
    list: WaitlistDocument,
    change: Pick<WaitlistDocument, 'nextAt' | 'looksEmpty' | 'sweepAt'>,
  ): Promise<boolean> => {
    const { looksEmpty: _before, ...kept } = list;
    const doc: WaitlistDocument = { ...kept, ...change, version: list.version + 1 };
    const [written] = await waitlists.write([{ doc, ifVersion: list.version }]);
    return written === true;
  };

  /** Takes messages out of a waitlist: those that nobody else has changed meanwhile. */
  const takeOut = async (
    found: readonly MessageDocument[],
  ): Promise<(readonly [MessageDocument, Hold])[]> => {
    const sweepAt = clock.now() + wall(clock, TIMES.grace);
    const taken = found.flatMap((doc) => {
      const { hold, ...rest } = doc;
      return hold === undefined ? [] : [[{ ...rest, version: doc.version + 1, sweepAt }, hold] as const];
    });
    const written = await messages.write(taken.map(([doc]) => ({ doc, ifVersion: doc.version - 1 })));
    return taken.filter((_, n) => written[n] === true);
  };

  const sendOne = (doc: MessageDocument, waited: Hold): void => {
    const began = performance.now();
    const work = share
      .run(doc.workspace, () => deps.send(doc, waited))
      // Nothing is lost: the sweep finds it.
      .catch((error: unknown) => {
        if (stopped) return;
        log.error({ err: error, messageId: doc.id }, 'a message that waited was not sent');
      })
      .finally(() => {
        learn(began);
        underWay.delete(work);
      });
    underWay.add(work);
  };

  /** One look at one waitlist, while this replica holds its lease. */
  const letThrough = async (list: WaitlistDocument): Promise<void> => {
    const { workspace, id } = list;
    const now = clock.now();
    const room = Math.floor(window) - share.load(workspace);
    if (room <= 0) {
      await settle(list, { sweepAt: now + wall(clock, TIMES.busy) });
      return;
    }
    const rate = await deps.rateOf(workspace, id);
    const grant = rate === undefined ? undefined : grantOf(rate, list.nextAt, now, clock.rate);
    const most = grant === undefined ? Math.min(CHUNK, room) : grant.count;
    if (most === 0) {
      await settle(list, { sweepAt: grant?.nextAt ?? now });
      return;
    }
    const { items } = await messages.find({ index: 'byHold', equals: [workspace, id], limit: most });
    if (items.length === 0) {
      await settle(
        list,
        list.looksEmpty === true
          ? { sweepAt: null }
          : { looksEmpty: true, sweepAt: now + wall(clock, span.SECOND) },
      );
      return;
    }
    // The grant is written before it is used: a crash in between wastes it.
    const mine = await settle(
      list,
      grant === undefined ? { sweepAt: now } : { nextAt: grant.nextAt, sweepAt: grant.nextAt },
    );
    if (!mine) return;
    for (const [doc, waited] of await takeOut(items)) sendOne(doc, waited);
  };

  const round = async (): Promise<number> => {
    const now = clock.now();
    const lease = { dueBy: now, until: now + wall(clock, TIMES.lease), limit: LISTS };
    const claimed = underWay.size >= ALL ? [] : await waitlists.claim(lease);
    await Promise.all(claimed.map(letThrough));
    return claimed.length;
  };

  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async (): Promise<void> => {
    while (!stopped) {
      asked = false;
      const found = await round().catch((error: unknown) => {
        log.error({ err: error }, 'waitlists could not be read');
        return undefined;
      });
      if (stopped || found === LISTS) continue;
      const isQuiet = found === 0 && underWay.size === 0 && !asked;
      await rest(found === undefined ? TIMES.trouble : isQuiet ? TIMES.idle : TIMES.busy);
    }
  };

  return {
    start() {
      stopped = false;
      loop = run();
    },
    async stop() {
      stopped = true;
      wakeUp();
      await loop;
      await Promise.all(underWay);
    },
    look() {
      asked = true;
      if (underWay.size === 0) wakeUp();
    },
  };
}
