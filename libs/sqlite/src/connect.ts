import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const BUSY = 5;

/**
 * - The exclusive lock lasts until the connection is closed or its process is gone, so a crash leaves nothing
 *   to clear away. It is taken before WAL is entered: SQLite then needs no shared memory file. (It is a POSIX
 *   lock: opening and closing the same file by other means in this process would drop it.)
 * - No busy timeout: whoever holds the lock keeps it, and waiting would stop the event loop.
 * - 4,000 pages (16 MB) between checkpoints, so that a page that many commits touch is copied to the file
 *   once.
 * - What is deleted or overwritten is zeroed where that costs no extra write: erased data should not lie
 *   about in free pages.
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

/** Opens the file, makes it and its folder if need be, and locks it. Throws an error that names the file. */
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
  // Extended result codes keep the primary one in the low byte.
  const busy = 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === BUSY;
  return busy ? 'it is in use, and only one process may have it open' : error.message;
}
