import { writeSync } from 'node:fs';
import { event, range, task, tasks } from '../contract/fixtures.ts';
import { openSqliteStore } from './store.ts';

/**
 * The process that the crash test kills: writes to the file it is given for as long as it lives, and prints a
 * line for each event (`event <stream> <seq>`) and each set of documents (`set <id> <version>`) that the
 * store has acknowledged.
 */
const file = process.argv[2] ?? '';
const store = openSqliteStore({ file, collections: [tasks] });
await store.migrate();
const documents = store.collection(tasks);

async function appendForEver(stream: string): Promise<never> {
  let seq = (await store.log.readStream({ workspace: 'acme', stream, limit: 1_000_000 })).length;
  for (let size = 1; ; size = (size * 7 + 3) % 23) {
    const batch = range(seq + 1, seq + size).map((next) =>
      event(next, { stream, raw: 'x'.repeat(next % 3000) }),
    );
    const { written } = await store.log.append(batch);
    if (written !== batch.length) throw new Error(`Only ${written} of ${batch.length}`);
    for (const one of batch) writeSync(1, `event ${stream} ${one.seq}\n`);
    seq += size;
  }
}

/** Three documents that move together. */
async function replaceForEver(id: string): Promise<never> {
  const now = await documents.get('acme', `${id}-1`);
  for (let version = now?.version ?? 0; ; version += 1) {
    const written = await documents.write(
      range(1, 3).map((n) => ({
        doc: task(`${id}-${n}`, { version: version + 1, status: `v${version + 1}`, sweepAt: version }),
        ifVersion: version === 0 ? null : version,
      })),
    );
    if (!written.every(Boolean)) throw new Error(`Somebody else wrote ${id}`);
    writeSync(1, `set ${id} ${version + 1}\n`);
  }
}

await Promise.all([
  ...['prospect/ann', 'prospect/bob', 'company/x'].map(appendForEver),
  ...['red', 'blue'].map(replaceForEver),
]);
