import type { Clock } from '@herald/domain';
import { openDatabase } from '@herald/sqlite';
import type { Broker, BrokerObserver } from '../broker.ts';
import type { Topology } from '../topology.ts';
import { createEmbeddedBroker } from './embedded-broker.ts';

/** ms of wall time. */
const AFTER_FAILURE = 1000;
const SUSPECTS_AFTER = 3000;
/**
 * More than on RabbitMQ: a single process is killed more often than each of many, and its first envelope is
 * the first again each time.
 */
const CUT_OFFS = 5;

export interface EmbeddedBrokerOptions {
  /** Path of the SQLite file; it is made if it is not there. One process has it at a time. */
  readonly file: string;
  readonly topology: Topology;
  /** The clock of due times. Retry back-offs last their length on the wall, however fast it runs. */
  readonly clock: Clock;
  readonly observer?: BrokerObserver;
  /**
   * ms of wall time before a new process gets what was with a handler when an earlier one died. Default:
   * 3,000.
   */
  readonly suspectsAfter?: number;
  /**
   * Deaths of the process in a row, with the same envelope in a handler, that make it a dead letter. Default:
   * 5.
   */
  readonly cutOffs?: number;
}

/**
 * A broker inside this process, on one SQLite file. A message's `attempt` counts how often it was handed
 * over; what was with a handler when the process died has had that attempt, and if it was its last is a dead
 * letter after the next start. A queue that is no longer declared keeps its messages for when it is declared
 * again; `observer.fault` says so. Rejects if the file cannot be opened or another process has it, and for a
 * topology that contradicts itself.
 */
export async function openEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<Broker> {
  const { file, topology, clock, observer = {} } = options;
  const { suspectsAfter = SUSPECTS_AFTER, cutOffs = CUT_OFFS } = options;
  const database = openDatabase(file);
  try {
    const given = { database, topology, clock, observer, suspectsAfter, cutOffs };
    return await createEmbeddedBroker({ ...given, afterFailure: AFTER_FAILURE });
  } catch (error) {
    await database.close();
    throw error;
  }
}
