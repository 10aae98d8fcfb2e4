import { collections } from '@herald/contracts';
import { type Event, type StoredEvent, upcast } from '@herald/domain';
import type { Store } from '@herald/store';
import { appendPending } from './append.ts';
import { loadDocuments, type ProjectionDeps, writeDocuments } from './project.ts';
import { catchUp, createWork, type StreamWork } from './stream-work.ts';

interface WriteResult {
  /**
   * The events that are in the log now, as stored, by `eventKey`. One that is missing must be tried again.
   */
  readonly stored: ReadonlyMap<string, StoredEvent>;
  /** How many of them this call appended. */
  readonly appended: number;
}

export interface LogWriter {
  /**
   * Writes events to the log and brings their streams' documents up to date. An event that is there already
   * is not written again; its document is caught up if a crash had left it behind. When it resolves, all of
   * this is durable.
   */
  write(events: readonly Event[]): Promise<WriteResult>;
}

export const eventKey = (event: Pick<Event, 'workspace' | 'id'>): string => `${event.workspace} ${event.id}`;

/** Campaign streams have no document that says how long they are: the lengths of so many are remembered. */
const MAX_HEADS = 10_000;

export function createLogWriter(store: Store): LogWriter {
  const { log } = store;
  const deps: ProjectionDeps = {
    log,
    prospects: store.collection(collections.prospects),
    companies: store.collection(collections.companies),
  };
  const heads = new Map<string, number>();

  return {
    async write(events) {
      const unique = firstOfEach(events, eventKey);
      const works = new Map<string, StreamWork>();
      for (const [key, { workspace, stream }] of firstOfEach(unique.values(), streamKey)) {
        works.set(key, { ...createWork(workspace, stream), seq: heads.get(key) ?? 0 });
      }
      const open = [...works.values()];
      const [known] = await Promise.all([log.byIds([...unique.values()]), loadDocuments(deps, open)]);

      const stored = new Map<string, StoredEvent>();
      for (const event of known.map(upcast)) {
        stored.set(eventKey(event), event);
        const work = works.get(streamKey(event));
        if (work !== undefined) await resume(deps, work, event);
      }
      for (const [key, event] of unique) {
        if (!stored.has(key)) works.get(streamKey(event))?.pending.push(event);
      }

      let appended = 0;
      await appendPending(log, open, (event, fresh) => {
        stored.set(eventKey(event), event);
        if (fresh) appended += 1;
      });
      await writeDocuments(deps, open);
      remember(heads, open);
      return { stored, appended };
    },
  };
}

/** A duplicate: its first delivery may have been cut off after any of the steps that follow the append. */
async function resume({ log }: ProjectionDeps, work: StreamWork, event: StoredEvent): Promise<void> {
  if (work.state !== undefined && event.seq > work.seq) await catchUp(log, work);
  if (event.type === 'prospect.erased') work.erasedSeq = Math.max(work.erasedSeq ?? 0, event.seq);
}

function remember(heads: Map<string, number>, works: readonly StreamWork[]): void {
  if (heads.size > MAX_HEADS) heads.clear();
  for (const work of works) {
    if (work.state === undefined) heads.set(streamKey(work), work.seq);
  }
}

const streamKey = (of: Pick<Event, 'workspace' | 'stream'>): string => `${of.workspace} ${of.stream}`;

/** The first event of each key, in order of arrival. */
function firstOfEach(events: Iterable<Event>, keyOf: (event: Event) => string): Map<string, Event> {
  const firsts = new Map<string, Event>();
  for (const event of events) {
    const key = keyOf(event);
    if (!firsts.has(key)) firsts.set(key, event);
  }
  return firsts;
}
