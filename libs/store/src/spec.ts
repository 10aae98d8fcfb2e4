import type { CollectionSpec, Document, Scalar } from './documents.ts';

/**
 * Throws for a spec that no store can serve. Names and paths end up in statements and in names of fields and
 * indexes; they come from our own code, and still nothing but words gets there.
 */
export function assertSpec(spec: CollectionSpec<Document>): void {
  const indexes = Object.entries(spec.indexes);
  const paths = indexes.flatMap(([, fields]) => fields);
  const words = [spec.name, ...Object.keys(spec.indexes), ...paths];
  const bad = words.find((word) => !/^\w+(\.\w+)*$/.test(word));
  if (bad !== undefined) throw new Error(`Not a name for a collection, an index or a field: ${bad}`);
  if (indexes.some(([, fields]) => fields.length === 0))
    throw new Error(`${spec.name}: an index has no field`);
  if (paths.includes('sweepAt')) throw new Error(`${spec.name}: sweepAt has an index of its own`);
}

/** The scalar at a dotted path; null for whatever is not one, as JSON would have it. */
export function valueAt(doc: object, path: string): Scalar {
  let value: unknown = doc;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) {
      return null;
    }
    value = (value as Record<string, unknown>)[key];
  }
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)) ? value : null;
}

/** When the document needs attention, as an index can hold it. */
export const sweepAtOf = (doc: Document): number | null =>
  Number.isFinite(doc.sweepAt) ? (doc.sweepAt ?? null) : null;
