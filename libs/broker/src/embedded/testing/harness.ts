import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@herald/domain';
import type { Broker } from '../../broker.ts';
import type { SetUp } from '../../contract-suite.ts';
import { openEmbeddedBroker } from '../open.ts';

export const wallClock: Clock = { now: () => Date.now(), rate: 1 };

/**
 * For tests. A crash is simulated by a copy of the files: SQLite must find in it what was committed. The
 * broker that was cut off goes on with its own files, and has no effect.
 */
export const openHarness: SetUp = async (topology, observer) => {
  const root = await mkdtemp(join(tmpdir(), 'herald-broker-'));
  const opened: Broker[] = [];
  let folder = root;

  const open = async (): Promise<Broker> => {
    const broker = await openEmbeddedBroker({
      file: join(folder, 'broker.db'),
      topology,
      clock: wallClock,
      observer,
      // As on RabbitMQ: the tests are the same.
      cutOffs: 3,
    });
    opened.push(broker);
    return broker;
  };

  return {
    broker: await open(),
    async reopen() {
      const next = join(root, String(opened.length));
      // All in one turn: nothing may be written between the copies. A clean close leaves no write-ahead log.
      mkdirSync(next);
      for (const name of ['broker.db', 'broker.db-wal'].filter((part) => existsSync(join(folder, part)))) {
        copyFileSync(join(folder, name), join(next, name));
      }
      folder = next;
      return open();
    },
    async tearDown() {
      await Promise.all(opened.map((broker) => broker.close()));
      await rm(root, { recursive: true });
    },
  };
};
