import type { Broker } from '@herald/broker';
import { collections, type MessageDocument } from '@herald/contracts';
import { type Clock, mayStillLeave, span, wall } from '@herald/domain';
import type { Store } from '@herald/store';
import { afterOf, type Hold, holdBehind } from '../limits/hold.ts';
import type { LimitName } from '../limits/limit-names.ts';
import type { MessagingMetrics } from '../metrics.ts';
import { checkAgain } from './notify-followers.ts';
import type { Transitions } from './transitions.ts';

/** Messages of one run leave in the order of their requests, whatever delays one of them. */
export interface RunOrder {
  /**
   * The document to continue with: every message in front has left or ended. Undefined: the message waits for
   * the one in front, and that is written; or somebody else has changed it.
   */
  pass(doc: MessageDocument, waited: Hold | undefined): Promise<MessageDocument | undefined>;
  /** Makes a waiting message check again. The sweep calls it, in case a message was forgotten. */
  look(doc: MessageDocument): Promise<void>;
}

export interface RunOrderDeps {
  readonly store: Store;
  readonly broker: Pick<Broker, 'publish'>;
  readonly clock: Clock;
  readonly metrics: MessagingMetrics;
  readonly transitions: Transitions;
}

/**
 * ms of wall time for which others wait for a message that is not stored: after that its request is a dead
 * letter, or lost.
 */
const LOST = span.HOUR;
const LIMIT: LimitName = 'run_order';

export function createRunOrder({ store, broker, clock, metrics, transitions }: RunOrderDeps): RunOrder {
  const messages = store.collection(collections.messages);

  /** The message to wait for. Undefined: none. `null`: it is not stored yet. */
  const inTheWay = async (doc: MessageDocument): Promise<MessageDocument | null | undefined> => {
    const after = doc.request?.after;
    if (after === undefined) return undefined;
    const first = await messages.get(doc.workspace, after);
    if (first !== undefined) return isOver(first) ? undefined : first;
    const since = (isBehind(doc) ? doc.hold?.since : undefined) ?? clock.now();
    return since + wall(clock, LOST) < clock.now() ? undefined : null;
  };

  /**
   * Recorded only if the message in front is put off. Otherwise the timeline would fill with waits of a few
   * ms.
   */
  const wait = async (doc: MessageDocument, hold: Hold, first: MessageDocument | null) => {
    if (first?.state.status !== 'scheduled') {
      const held = { ...doc, version: doc.version + 1, hold, outbox: [] };
      return transitions.outbox.commit(held, doc.version === 0 ? null : doc.version);
    }
    const { channel, template, stepId, dueAt } = first.state;
    const reason = `run_order: ${channel} ${template} of step ${stepId} leaves first`;
    const facts = { reason, dueAt: Math.max(dueAt, clock.now()) };
    return transitions.record(doc, { outcome: 'scheduled', facts }, doc.tries, hold);
  };

  return {
    async pass(doc, waited) {
      const first = await inTheWay(doc);
      const { hold, ...free } = doc;
      const after = doc.request?.after;
      if (first === undefined || after === undefined) return free;
      const known = isBehind(doc) ? hold : undefined;
      if (known !== undefined && !isNews(doc, first)) return undefined;
      const written = await wait(
        free,
        known ?? holdBehind(after, doc, { before: waited, since: clock.now() }),
        first,
      );
      if (written === undefined) return undefined;
      if (known === undefined)
        metrics.limited.inc({ channel: doc.state.channel, limit: LIMIT, effect: 'deferred' });
      // The process that ends the message in front looks for waiting ones after it wrote that. So one of the
      // two always sees the other.
      if ((await inTheWay(written)) !== undefined) return undefined;
      const { hold: _over, ...now } = written;
      return now;
    },
    look: (doc) => broker.publish([checkAgain(doc)]),
  };
}

/** Whether a message waits for the one in front. */
export const isBehind = ({ hold, request }: MessageDocument): boolean =>
  hold !== undefined && request?.after !== undefined && hold.waitlist === afterOf(request.after);

/** Whether the message in front was put off to a later time than this one has recorded. */
const isNews = ({ state }: MessageDocument, first: MessageDocument | null): boolean =>
  first?.state.status === 'scheduled' && (state.status === 'requested' || first.state.dueAt > state.dueAt);

/** It has left, may have left (`unknown`), or never will. */
const isOver = ({ lease, state }: MessageDocument): boolean =>
  lease === undefined && !mayStillLeave(state.status);
