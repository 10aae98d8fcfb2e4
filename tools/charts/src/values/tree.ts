import { type Document, isMap, isScalar, type Node, parseDocument, type YAMLMap } from 'yaml';
import { type Comment, readComment } from './comment.ts';

/** A value of a chart with its parsed comment. */
export interface Entry {
  readonly name: string;
  readonly comment: Comment;
  readonly node: Node | null;
  /** The values in it; undefined if it is not an object, or is empty. */
  readonly entries: readonly Entry[] | undefined;
}

/** Reads a source of values. Throws the file's first fault. */
export function readSource(text: string): Document {
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault !== undefined) throw fault;
  return document;
}

export const mapOf = (document: Document): YAMLMap => {
  if (!isMap(document.contents)) throw new Error('values are an object');
  return document.contents;
};

/**
 * YAML keeps the comment above a map's first key with the map, and above the first key of all with the
 * document.
 */
export function entriesOf(map: YAMLMap, above?: string | null): Entry[] {
  return map.items.map(({ key, value }, index) => {
    if (!isScalar(key)) throw new Error('keys are texts');
    const text =
      index === 0
        ? [above, map.commentBefore, key.commentBefore].filter(Boolean).join('\n')
        : key.commentBefore;
    const node = (value ?? null) as Node | null;
    const filled = isMap(node) && node.items.length > 0;
    return {
      name: String(key.value),
      comment: readComment(text),
      node,
      entries: filled ? entriesOf(node) : undefined,
    };
  });
}

/**
 * Merges a chart's own values over the common ones: objects key by key, everything else as a whole, and
 * comments if there are any.
 */
export function overlay(base: YAMLMap, own: YAMLMap): void {
  for (const [index, pair] of own.items.entries()) {
    if (!isScalar(pair.key)) throw new Error('keys are texts');
    const comment = index === 0 ? (own.commentBefore ?? pair.key.commentBefore) : pair.key.commentBefore;
    const name = pair.key.value;
    const known = base.items.find(({ key }) => isScalar(key) && key.value === name);
    if (known === undefined) {
      pair.key.commentBefore = comment ?? null;
      base.items.push(pair);
      continue;
    }
    const [before, after] = [known.value, pair.value];
    const whole = readComment(comment).field !== undefined;
    if (isMap(before) && isMap(after) && !whole) overlay(before, after);
    else known.value = after;
    if (comment && isScalar(known.key)) {
      if (base.items[0] === known) base.commentBefore = comment;
      else known.key.commentBefore = comment;
    }
  }
}

/** Removes annotations for the generator from all comments. */
export function tidyComments(map: YAMLMap): void {
  const tidy = (text: string | null | undefined): string | null => readComment(text).shown ?? null;
  map.commentBefore = tidy(map.commentBefore);
  for (const { key, value } of map.items) {
    if (isScalar(key)) key.commentBefore = tidy(key.commentBefore);
    if (isMap(value)) tidyComments(value);
  }
}
