import type { Document } from '@herald/store';
import { type Difference, differingPaths } from './difference.ts';
import type { Expected, FoldedStream } from './fold.ts';
import type { Kind, Kinds } from './kinds.ts';

/** A document that differs from the log, and how to repair it. */
export interface Finding {
  readonly difference: Difference;
  /** The stream that it is folded from; undefined for an orphan. */
  readonly stream?: string;
  /** False: another writer wrote the document meanwhile, so the finding no longer stands. */
  repair(): Promise<boolean>;
}

/** Compares streams with their live documents, in one round trip for each kind. */
export async function checkStreams(kinds: Kinds, folded: readonly FoldedStream[]): Promise<Finding[]> {
  const findings = await Promise.all([
    checkKind(kinds.prospects, folded),
    checkKind(kinds.companies, folded),
    checkKind(kinds.enrollments, folded),
    checkKind(kinds.messages, folded),
  ]);
  return findings.flat();
}

async function checkKind<S, D extends Document>(
  kind: Kind<S, D>,
  folded: readonly FoldedStream[],
): Promise<Finding[]> {
  const expected = folded.flatMap((stream) => kind.expectedIn(stream));
  if (expected.length === 0) return [];
  const docs = await kind.collection.getMany(expected.map(({ workspace, id }) => ({ workspace, id })));
  return expected.flatMap((one, index) => checkDocument(kind, one, docs[index]));
}

function checkDocument<S, D extends Document>(
  kind: Kind<S, D>,
  expected: Expected<S>,
  doc: D | undefined,
): Finding[] {
  const at = doc === undefined ? [] : differingPaths(kind.contentFor(expected), kind.contentOf(doc));
  if (doc !== undefined && (at.length === 0 || kind.isAhead(doc, expected))) return [];
  const { workspace, id, last } = expected;
  const difference: Difference = {
    collection: kind.name,
    workspace,
    id,
    kind: doc === undefined ? 'missing' : 'different',
    at,
  };
  const repair = async (): Promise<boolean> => {
    const write = { doc: kind.rebuild(expected, doc), ifVersion: doc?.version ?? null };
    const [written] = await kind.collection.write([write]);
    return written === true;
  };
  return [{ difference, stream: last.stream, repair }];
}
