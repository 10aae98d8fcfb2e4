import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const BUSY = 5;

/**
 * - The exclusive lock lasts until the connection is closed or the process ends, so a crash leaves nothing to
 *   clean up. It is taken before WAL mode: SQLite then needs no shared memory file. (It is a POSIX lock: if
 *   this process opens and closes the file in another way, the lock is lost.)
 * - No busy timeout: the holder keeps the lock, and waiting would block the event loop.
 * - 4,000 pages (16 MB) between checkpoints, so that a page that many commits change is copied to the file
 *   once.
 * - Deleted and overwritten data is zeroed where that costs no extra write: erased data should not stay in
 *   free pages.
 */
const SETTINGS = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA secure_delete = FAST;
  PRAGMA cache_size = -32000;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA journal_size_limit = 67108864;
  BEGIN IMMEDIATE; COMMIT;
`;

/** Opens and locks the file; creates it and its folder if needed. Throws an error that names the file. */
export function connect(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    db = new DatabaseSync(file, { timeout: 0 });
    db.exec(SETTINGS);
    return db;
  } catch (error) {
    db?.close();
    throw new Error(`Cannot open the database ${file}: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The low byte of an extended result code is the primary one.
  const busy = 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === BUSY;
  return busy ? 'it is in use, and only one process may have it open' : error.message;
}
