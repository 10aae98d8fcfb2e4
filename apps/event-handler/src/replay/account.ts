import { createHash } from 'node:crypto';
import type { Document } from '@herald/store';
import type { Difference } from './difference.ts';
import type { FoldedStream } from './fold.ts';
import type { Kind, Kinds } from './kinds.ts';

/**
 * The sum of a set of documents, in whatever order: equal sums mean equal sets. So one pass in flat memory
 * finds out whether a collection holds documents that the log does not know.
 */
export interface Sum {
  add(document: { readonly workspace: string; readonly id: string }): void;
  value(): string;
}

export function createSum(): Sum {
  let count = 0;
  let total = 0n;
  return {
    add({ workspace, id }) {
      count += 1;
      const hash = createHash('sha256').update(`${workspace} ${id}`).digest();
      total = BigInt.asUintN(64, total + hash.readBigUInt64BE());
    },
    value: () => `${count}:${total}`,
  };
}

/** The sums, by collection, of the documents that the log knows and that are there. */
export interface Account {
  /** Adds all documents of a stream, except those that are still missing. */
  add(folded: FoldedStream, open: readonly Difference[]): void;
  sumOf(collection: string): string;
}

export function createAccount(kinds: Kinds): Account {
  const sums = new Map<string, Sum>();
  const sum = (collection: string): Sum => {
    const existing = sums.get(collection) ?? createSum();
    sums.set(collection, existing);
    return existing;
  };
  const addKind = <S, D extends Document>(
    kind: Kind<S, D>,
    folded: FoldedStream,
    open: readonly Difference[],
  ) => {
    const missing = new Set(
      open
        .filter(({ kind: how, collection }) => how === 'missing' && collection === kind.name)
        .map(({ id }) => id),
    );
    for (const expected of kind.expectedIn(folded))
      if (!missing.has(expected.id)) sum(kind.name).add(expected);
  };
  return {
    add(folded, open) {
      addKind(kinds.prospects, folded, open);
      addKind(kinds.companies, folded, open);
      addKind(kinds.enrollments, folded, open);
      addKind(kinds.messages, folded, open);
    },
    sumOf: (collection) => sum(collection).value(),
  };
}
