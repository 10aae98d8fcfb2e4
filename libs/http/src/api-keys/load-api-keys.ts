import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Log } from '@herald/log';
import type { ApiKeys, Principal } from './api-keys.ts';
import { parseKeyFile } from './parse-key-file.ts';

/** The SHA-256 of a key as 64 hex digits: what the file holds in its stead. */
export const hashApiKey = (token: string): string => hash('sha256', token, 'hex');

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const NOBODY = Buffer.alloc(64, 'x');

export interface LoadApiKeysOptions {
  /** Told of each reload, and of a new file that cannot be used. */
  readonly log?: Log;
  /** ms of wall time between looks at the file; 1,000 unless told. */
  readonly every?: number;
}

/**
 * The keys of a file. Throws an `ApiKeyFileError` with every fault when the file cannot be used. Later
 * changes of the file take effect within `every` ms; while a changed file cannot be used, the keys before it
 * stay.
 */
export function loadApiKeys(file: string, { log, every = 1_000 }: LoadApiKeysOptions = {}): ApiKeys {
  let seen = fingerprint(file);
  let looked = performance.now();
  let byHash = readKeys(file);

  const look = (): void => {
    looked = performance.now();
    try {
      const now = fingerprint(file);
      if (now === seen) return;
      seen = now;
      byHash = readKeys(file);
      log?.info({ keys: byHash.size }, 'API keys read again');
    } catch (error) {
      log?.error({ err: error }, 'the file of API keys changed and cannot be used; the keys before it stay');
    }
  };

  return {
    find(token) {
      // Looked at on use: there is nothing to stop, and a mounted secret that is swapped by its link is seen
      // too.
      if (performance.now() - looked >= every) look();
      return lookUp(byHash, token);
    },
  };
}

interface Entry {
  readonly digest: Buffer;
  readonly principal: Principal;
}

/**
 * How long the search takes tells only about the SHA-256 of what was sent, which nobody can steer towards
 * that of a key. The comparison after it takes the same time whether there is such a key or not.
 */
function lookUp(byHash: ReadonlyMap<string, Entry>, token: string): Principal | undefined {
  const digest = hashApiKey(token);
  const entry = byHash.get(digest);
  return timingSafeEqual(Buffer.from(digest), entry?.digest ?? NOBODY) ? entry?.principal : undefined;
}

function readKeys(file: string): ReadonlyMap<string, Entry> {
  if (statSync(file).size > MAX_FILE_BYTES)
    throw new Error(`the file of API keys is over ${MAX_FILE_BYTES} bytes`);
  const keys = parseKeyFile(readFileSync(file, 'utf8'));
  return new Map(
    [...keys].map(([digest, principal]) => [digest, { digest: Buffer.from(digest), principal }]),
  );
}

/** A file that is gone is told once, too. */
function fingerprint(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 'gone' : `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
}
