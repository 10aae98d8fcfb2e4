import type { Broker, OutMessage } from '@herald/broker';
import { collections, topology } from '@herald/contracts';
import { type Metrics, readMetrics } from '@herald/harness';
import type { Document, Store } from '@herald/store';

/** How much is still under way, by kind; all 0 when the system rests. */
export interface UnderWay {
  /** Enrollments that have a time to wait for. */
  readonly waits: number;
  /** Messages that are wanted, scheduled, or with a provider. */
  readonly sends: number;
  /** Documents whose outbox is not empty. */
  readonly outboxes: number;
  /** Messages in the queues, or with a consumer. */
  readonly queued: number;
  /** Messages that wait in the broker for their time or a retry. */
  readonly delayed: number;
}

export interface Look {
  readonly underWay: UnderWay;
  /** Changes whenever anything moves. */
  readonly trace: string;
}

const OPEN: readonly string[] = ['requested', 'scheduled'];

export interface LookDeps {
  readonly store: Store;
  readonly broker: Pick<Broker, 'depth'>;
  /** Where the services show their metrics. */
  readonly admins: readonly string[];
}

/**
 * Looks at everything that could still move: the documents through the store's port, the queues through the
 * broker's, and what the services hold through their metrics. One after the other, in the way things go: what
 * has left the one place shows in the next.
 */
export async function look({ store, broker, admins }: LookDeps): Promise<Look> {
  let waits = 0;
  let sends = 0;
  let outboxes = 0;
  const versions: number[] = [];
  const note = (docs: readonly (Document & { readonly outbox: readonly OutMessage[] })[]): void => {
    outboxes += docs.filter(({ outbox }) => outbox.length > 0).length;
    for (const { version } of docs) versions.push(version);
  };
  for await (const docs of store.collection(collections.enrollments).scan()) {
    note(docs);
    waits += docs.filter(({ state }) => state.status === 'active' && state.wait?.dueAt != null).length;
  }
  for await (const docs of store.collection(collections.messages).scan()) {
    note(docs);
    sends += docs.filter(({ state, lease }) => lease !== undefined || OPEN.includes(state.status)).length;
  }
  for await (const docs of store.collection(collections.campaigns).scan()) note(docs);
  const metrics = await readMetrics(...admins);
  let queued = metrics.sum('herald_queue_messages', { state: 'in_flight' });
  let delayed = 0;
  // Not from the metrics: those who look through the delays at the same time hide messages from each other.
  for (const { name } of topology.queues) {
    const depth = await broker.depth(name);
    queued += depth.ready;
    delayed += depth.delayed;
  }
  const underWay: UnderWay = { waits, sends, outboxes, queued, delayed };
  const moved = versions.reduce((sum, version) => sum + version, 0);
  return { underWay, trace: JSON.stringify([underWay, moved, versions.length, handled(metrics)]) };
}

const handled = (metrics: Metrics): number => metrics.sum('herald_consumed_total');

export const rests = ({ underWay }: Look): boolean => Object.values(underWay).every((count) => count === 0);
