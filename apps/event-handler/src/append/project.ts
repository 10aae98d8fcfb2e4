import type { CompanyDocument, ProspectDocument } from '@herald/contracts';
import type { Collection, Document, EventLog } from '@herald/store';
import { eraseStream } from '../erasure/erase-stream.ts';
import { isProspect } from '../log/projected-state.ts';
import { catchUp, restart, type StreamWork } from './stream-work.ts';

export interface ProjectionDeps {
  readonly log: EventLog;
  readonly prospects: Collection<ProspectDocument>;
  readonly companies: Collection<CompanyDocument>;
}

/** A guard is lost only to a newer version: this many in a row mean that something else is wrong. */
const MAX_ROUNDS = 10;

/** Reads the documents of the streams, in one round trip for each kind. */
export async function loadDocuments(deps: ProjectionDeps, works: readonly StreamWork[]): Promise<void> {
  const load = async (
    collection: Collection<ProspectDocument | CompanyDocument>,
    kind: StreamWork['kind'],
  ) => {
    const wanted = works.filter((work) => work.kind === kind);
    if (wanted.length === 0) return;
    const docs = await collection.getMany(wanted.map(({ workspace, id }) => ({ workspace, id })));
    for (const [index, work] of wanted.entries()) restart(work, docs[index]);
  };
  await Promise.all([load(deps.prospects, 'prospect'), load(deps.companies, 'company')]);
}

/**
 * Writes the documents of the streams that were folded further. Writes are guarded by version: a document
 * that lost its guard is read and folded again, and one that is as far already stays, so no document ever
 * goes back. The log of an erased prospect is redacted before the document says so.
 */
export async function writeDocuments(deps: ProjectionDeps, works: readonly StreamWork[]): Promise<void> {
  await eraseBefore(deps.log, works);
  let open = works.filter((work) => work.state !== undefined && work.seq > (work.docVersion ?? 0));
  for (let round = 0; open.length > 0; round += 1) {
    if (round === MAX_ROUNDS) throw new Error(`${open.length} documents lost their guard again and again`);
    const lost = await writeGuarded(deps, open);
    const reached = new Map(lost.map((work) => [work, work.seq]));
    await loadDocuments(deps, lost);
    open = lost.filter((work) => work.seq < (reached.get(work) ?? 0));
    for (const work of open) await catchUp(deps.log, work);
    await eraseBefore(deps.log, open);
  }
}

async function eraseBefore(log: EventLog, works: readonly StreamWork[]): Promise<void> {
  for (const work of works) {
    if (work.erasedSeq === undefined) continue;
    await eraseStream(log, { workspace: work.workspace, stream: work.stream, seq: work.erasedSeq });
    work.erasedSeq = undefined;
  }
}

interface DocumentOf<T extends Document> {
  readonly work: StreamWork;
  readonly doc: T;
}

/** Returns the streams whose document another writer has written meanwhile. */
async function writeGuarded(deps: ProjectionDeps, works: readonly StreamWork[]): Promise<StreamWork[]> {
  const prospects: DocumentOf<ProspectDocument>[] = [];
  const companies: DocumentOf<CompanyDocument>[] = [];
  for (const work of works) {
    const { workspace, id, seq: version, state } = work;
    if (state === undefined) continue;
    if (isProspect(state)) prospects.push({ work, doc: { workspace, id, version, state } });
    else companies.push({ work, doc: { workspace, id, version, state } });
  }
  const lost = await Promise.all([writeAll(deps.prospects, prospects), writeAll(deps.companies, companies)]);
  return lost.flat();
}

async function writeAll<T extends Document>(collection: Collection<T>, documents: readonly DocumentOf<T>[]) {
  if (documents.length === 0) return [];
  const writes = documents.map(({ work, doc }) => ({ doc, ifVersion: work.docVersion }));
  const written = await collection.write(writes);
  return documents.filter((_, index) => written[index] !== true).map(({ work }) => work);
}
