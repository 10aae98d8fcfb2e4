import type { Document, EventLog } from '@herald/store';
import { readStream } from '../log/read-stream.ts';
import { createSum } from './account.ts';
import type { Finding } from './check.ts';
import type { Kind } from './kinds.ts';

/**
 * The documents that no event of the log is about. `known` is the sum of those that the log knows: only if
 * the collection has another sum, each of its documents is looked up in the log.
 */
export async function* findOrphans<S, D extends Document>(
  kind: Kind<S, D>,
  log: EventLog,
  known: string,
): AsyncGenerator<Finding> {
  if ((await sumOf(kind)) === known) return;
  for await (const docs of kind.collection.scan()) {
    for (const doc of docs) {
      if (kind.isAhead(doc, undefined) || (await isKnown(kind, log, doc))) continue;
      const { workspace, id } = doc;
      yield {
        difference: { collection: kind.name, workspace, id, kind: 'orphaned', at: [] },
        repair: () => kind.collection.remove(workspace, id),
      };
    }
  }
}

async function sumOf<S, D extends Document>(kind: Kind<S, D>): Promise<string> {
  const sum = createSum();
  for await (const docs of kind.collection.scan()) {
    for (const doc of docs) if (!kind.isAhead(doc, undefined)) sum.add(doc);
  }
  return sum.value();
}

async function isKnown<S, D extends Document>(kind: Kind<S, D>, log: EventLog, doc: D): Promise<boolean> {
  const stream = kind.streamOf(doc);
  if (stream === undefined) return false;
  for await (const page of readStream(log, { workspace: doc.workspace, stream })) {
    if (page.some((event) => kind.isOf(doc, event))) return true;
  }
  return false;
}
