import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Log } from '@herald/log';
import type { ApiKeys, Principal } from './api-keys.ts';
import { parseKeyFile } from './parse-key-file.ts';

/** The SHA-256 of a key as 64 hex digits, as the file holds it. */
export const hashApiKey = (token: string): string => hash('sha256', token, 'hex');

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const NOBODY = Buffer.alloc(64, 'x');

export interface LoadApiKeysOptions {
  /** Logs each reload, and a changed file that cannot be used. */
  readonly log?: Log;
  /** ms of wall time between checks of the file. Default: 1,000. */
  readonly every?: number;
}

/**
 * The keys of a file. Throws an `ApiKeyFileError` with every fault if the file cannot be used. Later changes
 * take effect within `every` ms; while a changed file cannot be used, the previous keys stay.
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
      // Checked on use: no timer to stop, and a mounted secret that is swapped by its link is noticed too.
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
 * The time of the lookup depends only on the SHA-256 of what was sent, which nobody can steer towards that of
 * a key. The comparison after it takes the same time whether or not there is such a key.
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

/** A missing file is reported once, too. */
function fingerprint(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 'gone' : `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
}
