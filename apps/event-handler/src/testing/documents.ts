import { collections } from '@herald/contracts';
import { canonicalJson } from '@herald/domain';
import type { CollectionSpec, Document, Store } from '@herald/store';
import { readAll } from './fixtures.ts';

/** All collections that are folded from the log. */
export const KINDS = ['prospects', 'companies', 'enrollments', 'messages'] as const;
export type KindName = (typeof KINDS)[number];

type Plain = Document & { readonly state: Record<string, unknown> };
export const plain = (name: KindName): CollectionSpec<Plain> => ({
  name: collections[name].name,
  indexes: {},
});

/** All that the log determines, of every document, byte for byte. */
export async function contentsOf(store: Store): Promise<string> {
  const all = await Promise.all(KINDS.map((name) => readAll(store, plain(name))));
  return canonicalJson(all.map((docs) => docs.map(({ workspace, id, state }) => ({ workspace, id, state }))));
}

export async function removeEverything(store: Store): Promise<void> {
  for (const name of KINDS) {
    for (const { workspace, id } of await readAll(store, plain(name))) {
      await store.collection(plain(name)).remove(workspace, id);
    }
  }
}
