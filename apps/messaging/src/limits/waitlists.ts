import { collections, type WaitlistDocument } from '@herald/contracts';
import { type Clock, grantOf, type Instant, paceOf, type Rate, span, wall } from '@herald/domain';
import { ConflictError, retryOnConflict, type Store } from '@herald/store';

/**
 * The waitlists of all workspaces: messages that wait for their turn or for a rate. Each is one document,
 * shared by all replicas and changed only by guarded writes.
 */
export interface Waitlists {
  /**
   * Makes sure that the messages of a waitlist are released. Call it after a message with that hold was
   * written.
   */
  wake(workspace: string, waitlist: string): Promise<void>;
  /** Takes one call of a rate; false: it is used up, or others wait for it. */
  take(workspace: string, waitlist: string, rate: Rate): Promise<boolean>;
  /** About when a message that begins to wait for a rate now will be released. */
  expect(workspace: string, waitlist: string, rate: Rate): Promise<Instant>;
}

export interface WaitlistsDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Called when a message begins to wait. */
  readonly woken: () => void;
}

const TRIES = 5;
/** ms of wall time for which a count of waiting messages is good enough for an estimate. */
const COUNTED_FOR = span.SECOND;

/** Calls of a rate that this process may make. */
interface Granted {
  count: number;
  readonly until: Instant;
}

export function createWaitlists({ store, clock, woken }: WaitlistsDeps): Waitlists {
  const waitlists = store.collection(collections.waitlists);
  const messages = store.collection(collections.messages);
  const granted = new Map<string, Granted>();
  /** Until when a rate has no calls to give. */
  const shutUntil = new Map<string, Instant>();
  const asking = new Map<string, Promise<void>>();
  const counts = new Map<string, { count: number; readonly until: number }>();
  const keyOf = (workspace: string, waitlist: string): string => `${workspace} ${waitlist}`;

  /**
   * Changes a document, from whatever it is; `change` gives undefined to leave it. False: others kept
   * changing it.
   */
  const edit = async (
    workspace: string,
    id: string,
    change: (
      stored: WaitlistDocument | undefined,
    ) => Omit<WaitlistDocument, 'workspace' | 'id' | 'version'> | undefined,
  ): Promise<boolean> => {
    const settled = await retryOnConflict(TRIES, async () => {
      const stored = await waitlists.get(workspace, id);
      const content = change(stored);
      if (content === undefined) return true;
      const doc = { ...content, workspace, id, version: (stored?.version ?? 0) + 1 };
      const [written] = await waitlists.write([{ doc, ifVersion: stored?.version ?? null }]);
      return written || undefined;
    });
    return settled === true;
  };

  const ask = async (workspace: string, waitlist: string, rate: Rate): Promise<void> => {
    const key = keyOf(workspace, waitlist);
    let got: Granted | undefined;
    let shut: Instant = clock.now();
    const settled = await edit(workspace, waitlist, (stored) => {
      const now = clock.now();
      got = undefined;
      // Messages that wait come first, in their order.
      if (isWaitedFor(stored)) {
        shut = now + wall(clock, span.SECOND / 5);
        return undefined;
      }
      const grant = grantOf(rate, stored?.nextAt, now, clock.rate);
      shut = grant.nextAt;
      if (!('until' in grant)) return undefined;
      got = { count: grant.count, until: grant.until };
      return {
        nextAt: grant.nextAt,
        sweepAt: stored?.sweepAt ?? null,
        ...(stored?.looksEmpty && { looksEmpty: true }),
      };
    });
    if (settled && got !== undefined) granted.set(key, got);
    // Others kept taking it: it is used up for now.
    shutUntil.set(key, shut);
  };

  const takeGranted = (key: string): boolean => {
    const mine = granted.get(key);
    if (mine === undefined) return false;
    if (mine.count > 0 && mine.until > clock.now()) {
      mine.count -= 1;
      return true;
    }
    granted.delete(key);
    return false;
  };

  return {
    async wake(workspace, waitlist) {
      const settled = await edit(workspace, waitlist, (stored) => {
        if (stored !== undefined && isWaitedFor(stored)) return undefined;
        const { nextAt } = stored ?? {};
        return { sweepAt: Math.max(clock.now(), nextAt ?? 0), ...(nextAt === undefined ? {} : { nextAt }) };
      });
      if (!settled) throw new ConflictError(`waitlist ${waitlist} kept changing`);
      woken();
    },
    async take(workspace, waitlist, rate) {
      const key = keyOf(workspace, waitlist);
      for (;;) {
        if (takeGranted(key)) return true;
        if ((shutUntil.get(key) ?? 0) > clock.now()) return false;
        // One request for all messages that come at once.
        const running = asking.get(key) ?? ask(workspace, waitlist, rate).finally(() => asking.delete(key));
        asking.set(key, running);
        await running;
      }
    },
    async expect(workspace, waitlist, rate) {
      const key = keyOf(workspace, waitlist);
      let known = counts.get(key);
      if (known === undefined || known.until < performance.now()) {
        const count = await messages.count({ index: 'byHold', equals: [workspace, waitlist] });
        known = { count, until: performance.now() + COUNTED_FOR };
        counts.set(key, known);
      }
      known.count += 1;
      return clock.now() + Math.ceil(known.count * paceOf(rate) * clock.rate);
    },
  };
}

/**
 * Whether a message may be waiting. An empty waitlist counts as empty only when it was found empty twice.
 */
const isWaitedFor = (stored: WaitlistDocument | undefined): boolean =>
  stored !== undefined && (stored.sweepAt ?? null) !== null && stored.looksEmpty !== true;
