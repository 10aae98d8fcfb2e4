import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { ConfigError, loadConfig } from '@herald/config';
import { collections, queue, topology } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import { replayCommand } from '@herald/event-handler';
import { runMain } from '@herald/process';
import { managedConfig, withStore } from '@herald/runtime';
import type { Store } from '@herald/store';
import { openSqliteStore } from '@herald/store/sqlite';
import { Type } from 'typebox';
import { embeddedConfig } from './config.ts';

/**
 * Rebuilds every projection from the event log, in DATA_DIR or, if it is set, in MONGODB_URI; with `--verify`
 * it only compares. Exits with 1 if a document differs from the log (without `--verify`: if one still does).
 * Nothing else may have the directory open; on MongoDB processes may run meanwhile.
 */
const verifyOf = (): boolean =>
  parseArgs({ options: { verify: { type: 'boolean', default: false } } }).values.verify;

if ((process.env.MONGODB_URI ?? '').trim() !== '') {
  withStore((store) => replayCommand({ store, verify: verifyOf(), settled: false }));
} else runMain(replayEmbedded);

async function replayEmbedded(): Promise<void> {
  process.umask(0o077);
  const verify = verifyOf();
  const schema = Type.Object({ ...embeddedConfig, AMQP_URL: managedConfig.AMQP_URL });
  const config = loadConfig(schema, process.env);
  const inData = (name: string): string => join(config.DATA_DIR, name);
  // Opening a store creates it: in a mistyped directory nothing would be compared with nothing and pass.
  if (!existsSync(inData('store.db'))) {
    throw new ConfigError([`DATA_DIR is "${config.DATA_DIR}"; expected a directory with a store.db`]);
  }

  const store = openOrRefuse(inData('store.db'), config.DATA_DIR);
  try {
    await store.migrate();
    const waiting = await waitingEvents(inData('broker.db'));
    if (waiting > 0) {
      say(
        `Envelopes still waiting to be written to the log: ${waiting}. ` +
          'Documents that are ahead of it are left alone.',
      );
    }
    // What waits in RabbitMQ is not counted: there may always be something.
    await replayCommand({ store, verify, settled: waiting === 0 && config.AMQP_URL === undefined });
  } finally {
    await store.close();
  }
}

/** A store that is in use, or a file that is not one, is the caller's to fix: the error has no stack. */
function openOrRefuse(file: string, dir: string): Store {
  try {
    return openSqliteStore({ file, collections: Object.values(collections) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`DATA_DIR is "${dir}", and nothing else may have it open. ${reason}`]);
  }
}

/**
 * A clock at the beginning of time, when nothing is due: the broker is only read, and whatever waits in it
 * stays.
 */
const still: Clock = { now: () => 0, rate: 1 };

/** Envelopes with events that have not reached the log, dead letters included. */
async function waitingEvents(file: string): Promise<number> {
  if (!existsSync(file)) return 0;
  const broker = await openEmbeddedBroker({ file, topology, clock: still });
  try {
    const { ready, inFlight, delayed, dead } = await broker.depth(queue.eventHandlerEvents);
    return ready + inFlight + delayed + dead;
  } finally {
    await broker.close();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
