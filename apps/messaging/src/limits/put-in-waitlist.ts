import { collections, type MessageDocument } from '@herald/contracts';
import { type Clock, span, wall } from '@herald/domain';
import type { Store } from '@herald/store';
import type { MessagingMetrics } from '../metrics.ts';
import { holdIn, SHARE } from './hold.ts';
import type { LimitName } from './limit-names.ts';
import type { Waitlists } from './waitlists.ts';

/**
 * Stores a message that is more than its workspace's share, to wait its turn in the waitlist. No event: its
 * status stays. False: the document has changed, or is stored already.
 */
export type PutInWaitlist = (doc: MessageDocument) => Promise<boolean>;

export interface PutInWaitlistDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly metrics: MessagingMetrics;
  readonly waitlists: Pick<Waitlists, 'wake'>;
}

/** ms of wall time after which the sweep checks that it was not forgotten. */
const CHECK = 10 * span.MINUTE;
const BATCH = 500;
const LIMIT: LimitName = 'fair_share';

interface Waiting {
  readonly doc: MessageDocument;
  readonly ifVersion: number | null;
  readonly resolve: (written: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Messages that come during a write share the next one. So a flood is stored much faster than it could be
 * sent.
 */
export function createPutInWaitlist({ store, clock, metrics, waitlists }: PutInWaitlistDeps): PutInWaitlist {
  const messages = store.collection(collections.messages);
  const waiting: Waiting[] = [];
  let writing = false;

  const writeBatch = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const written = await messages.write(batch.map(({ doc, ifVersion }) => ({ doc, ifVersion })));
      const stored = batch.filter((_, n) => written[n] === true);
      await Promise.all(
        [...new Set(stored.map(({ doc }) => doc.workspace))].map((each) => waitlists.wake(each, SHARE)),
      );
      for (const [n, { doc, resolve }] of batch.entries()) {
        if (written[n] === true)
          metrics.limited.inc({ channel: doc.state.channel, limit: LIMIT, effect: 'deferred' });
        resolve(written[n] === true);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  const work = async (): Promise<void> => {
    writing = true;
    while (waiting.length > 0) await writeBatch(waiting.splice(0, BATCH));
    writing = false;
  };

  return (doc) =>
    new Promise((resolve, reject) => {
      const held: MessageDocument = {
        ...doc,
        version: doc.version + 1,
        hold: holdIn(SHARE, doc),
        sweepAt: clock.now() + wall(clock, CHECK),
      };
      waiting.push({ doc: held, ifVersion: doc.version === 0 ? null : doc.version, resolve, reject });
      if (!writing) void Promise.resolve().then(work);
      writing = true;
    });
}
