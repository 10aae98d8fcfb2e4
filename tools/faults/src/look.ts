import type { Broker, OutMessage } from '@herald/broker';
import { collections, topology } from '@herald/contracts';
import { readMetrics } from '@herald/harness';
import type { Document, Store } from '@herald/store';

/** How much is still under way, by kind; all 0 when the system rests. */
export interface UnderWay {
  /** Enrollments that wait for a time. */
  readonly waits: number;
  /** Messages that are requested, scheduled, or with a provider. */
  readonly sends: number;
  /** Documents whose outbox is not empty. */
  readonly outboxes: number;
  /** Envelopes in the queues, or with a consumer. */
  readonly queued: number;
  /** Envelopes that wait in the broker for their time or a retry. */
  readonly delayed: number;
}

export interface Look {
  /** A kind is absent if it was not looked for because something else was under way. */
  readonly underWay: Partial<UnderWay>;
  /** Changes whenever anything moves. */
  readonly trace: string;
}

const OPEN: readonly string[] = ['requested', 'scheduled'];

export interface LookDeps {
  readonly store: Store;
  readonly broker: Pick<Broker, 'depth' | 'load'>;
  /** Where the services show their metrics. */
  readonly admins: readonly string[];
}

/**
 * Looks at everything that could still move, in the order in which things move, so that what has left one
 * place shows in the next: documents in the store, envelopes in the queues, and by the metrics what services
 * hold.
 *
 * Expensive looks are made only if the cheap ones found nothing. The queues come first, since reading
 * documents and metrics is work for servers that are busy. The delays come last: that look asks thousands of
 * questions and holds up what falls due meanwhile.
 */
export async function look({ store, broker, admins }: LookDeps): Promise<Look> {
  const waiting = await countReady(broker);
  if (waiting > 0) return { underWay: { queued: waiting }, trace: `queued ${waiting}` };
  const { moved, ...documents } = await lookAtDocuments(store);
  const metrics = await readMetrics(...admins);
  const held = metrics.sum('herald_queue_messages', { state: 'in_flight' });
  let underWay: Look['underWay'] = { ...documents, queued: held + (await countReady(broker)) };
  if (rests({ underWay })) underWay = { ...underWay, ...(await lookAtDelays(broker)) };
  return { underWay, trace: JSON.stringify([underWay, moved, metrics.sum('herald_consumed_total')]) };
}

async function countReady(broker: LookDeps['broker']): Promise<number> {
  let count = 0;
  for (const { name } of topology.queues) count += (await broker.load(name)).ready;
  return count;
}

async function lookAtDocuments(
  store: Store,
): Promise<Pick<UnderWay, 'waits' | 'sends' | 'outboxes'> & { moved: string }> {
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
  const writes = versions.reduce((sum, version) => sum + version, 0);
  return { waits, sends, outboxes, moved: `${versions.length} documents, ${writes} writes` };
}

/** One queue after the other: two looks at the same time hide envelopes from each other. */
async function lookAtDelays(broker: LookDeps['broker']): Promise<Pick<UnderWay, 'queued' | 'delayed'>> {
  let queued = 0;
  let delayed = 0;
  for (const { name } of topology.queues) {
    const depth = await broker.depth(name);
    queued += depth.ready;
    delayed += depth.delayed;
  }
  return { queued, delayed };
}

export const rests = ({ underWay }: Pick<Look, 'underWay'>): boolean =>
  Object.values(underWay).every((count) => count === 0);
