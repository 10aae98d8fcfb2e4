import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type ApiSchema = Record<string, unknown>;

/** The schemas of some kinds in one file: their origin, and each kind by `apiVersion/kind`. */
export interface Bundle {
  /** Module and version. */
  readonly source: string;
  readonly kinds: Readonly<Record<string, ApiSchema>>;
  readonly definitions: Readonly<Record<string, ApiSchema>>;
}

export const bundleFile = (name: string): string => join(import.meta.dirname, `${name}.json`);

export const readBundle = (name: string): Bundle => JSON.parse(readFileSync(bundleFile(name), 'utf8'));
