import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@herald/harness';
import { parseAllDocuments } from 'yaml';

export const exists = (path: string): boolean =>
  statSync(join(root, path), { throwIfNoEntry: false }) !== undefined;

export const text = (path: string): string => readFileSync(join(root, path), 'utf8');

/**
 * The documents of a YAML file, merge keys resolved, in the shape that the caller expects: a test fails where
 * the file has another. A fault in the file is an error, and so is a repeated key.
 */
export function yaml<Shape>(path: string): Shape[] {
  return parseAllDocuments(text(path), { merge: true, uniqueKeys: true }).map((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) throw new Error(`${path}: ${fault.message}`);
    return document.toJS();
  });
}

/** All files under a folder, as paths from the root of the repository. */
export const filesUnder = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
