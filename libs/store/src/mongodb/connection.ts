import { type Db, MongoClient, type MongoClientOptions } from 'mongodb';
import type { CollectionSpec, Document } from '../documents.ts';
import type { DocumentForm } from './rows.ts';
import { isTooOld, storeError } from './store-error.ts';

export interface MongoStoreOptions {
  /** The connection string. What it says of read and write concern does not count: both are majority. */
  readonly uri: string;
  /** By default the one in the connection string, else `herald`. */
  readonly database?: string;
  /** All kinds of documents that will be asked for. */
  readonly collections: readonly CollectionSpec<Document>[];
  /**
   * How documents and events are written; both forms are always read. By default as suits the server: `text`
   * on FerretDB 1, `fields` on any other.
   */
  readonly documents?: DocumentForm;
  /**
   * How long to look for a server that takes writes before a call rejects, in ms. Default 15,000: an election
   * takes up to 12,000.
   */
  readonly serverSelectionTimeout?: number;
  /** How long to wait for a connection to be made, in ms. Default 5,000. */
  readonly connectTimeout?: number;
  /**
   * How long to wait for the server's answer to a call, in ms; half of it is for a majority to have what was
   * written. Default 30,000.
   */
  readonly socketTimeout?: number;
  /** Default 50. */
  readonly maxPoolSize?: number;
  /** Whether to reject, naming what lacks, when the database is not migrated. Default false: calls will. */
  readonly mustBeMigrated?: boolean;
}

const INVALID_URI = 'invalid_uri';
const TOO_OLD = 'server_too_old';
/** The oldest MongoDB that the driver speaks to. */
const LOWEST_MONGODB = '4.4';
/** Unauthorized, AuthenticationFailed; Atlas says the latter by 8000. */
const REFUSALS: readonly unknown[] = [13, 18, 8000, INVALID_URI, TOO_OLD];

/**
 * Whether opening the store would fail by this the next time too: credentials, a connection string, a server
 * too old for the driver.
 */
export const isLastingFault = (error: unknown): boolean =>
  error instanceof Error && (('code' in error && REFUSALS.includes(error.code)) || isTooOld(error));

/** The same as a sentence for an operator; undefined for any other error. */
function tooOldIn(error: unknown): Error | undefined {
  if (!(error instanceof Error) || !isTooOld(error)) return undefined;
  const message = `MongoDB ${LOWEST_MONGODB} or newer is needed, and the server is older`;
  return Object.assign(new Error(message, { cause: error }), { code: TOO_OLD });
}

/** An error of the driver as the store gives it. */
export const clientError = (error: unknown): unknown => tooOldIn(error) ?? storeError(error);

/**
 * The driver with the guarantees the store makes; see the options. Throws for what is no connection string,
 * without repeating it.
 */
export function createClient(options: MongoStoreOptions, more: MongoClientOptions = {}): MongoClient {
  const settings = settingsOf(options);
  try {
    return new MongoClient(options.uri, { ...settings, ...more });
  } catch {
    // The driver's error would quote it, password and all.
    const message = 'Not a connection string of MongoDB, or one with options that it does not know';
    throw Object.assign(new Error(message), { code: INVALID_URI });
  }
}

function settingsOf(options: MongoStoreOptions): MongoClientOptions {
  const { socketTimeout = 30_000 } = options;
  return {
    appName: 'herald',
    // What was acknowledged, or read, cannot be undone by an election.
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: Math.ceil(socketTimeout / 2) },
    readConcernLevel: 'majority',
    readPreference: 'primary',
    retryWrites: true,
    retryReads: true,
    serverSelectionTimeoutMS: options.serverSelectionTimeout ?? 15_000,
    connectTimeoutMS: options.connectTimeout ?? 5_000,
    socketTimeoutMS: socketTimeout,
    waitQueueTimeoutMS: socketTimeout,
    maxPoolSize: options.maxPoolSize ?? 50,
  };
}

/** Whether it is a connection string of MongoDB, with options that the driver knows. Connects to nothing. */
export function isConnectionString(uri: string): boolean {
  try {
    createClient({ uri, collections: [] });
    return true;
  } catch {
    return false; // the error says no more
  }
}

/** Runs work on the database, each piece within the time-outs. */
export interface Connection {
  /** Rejects when closed or not migrated. */
  run<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** Needs no migrated database. */
  runAnyway<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export function createConnection(
  client: MongoClient,
  database: string,
  check: (db: Db) => Promise<void>,
): Connection {
  const db = client.db(database);
  const underWay = new Set<Promise<unknown>>();
  let checked: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  /** Asks until it was once as it must be. */
  const ready = (): Promise<void> => {
    checked ??= check(db).catch((error: unknown) => {
      checked = undefined;
      throw error;
    });
    return checked;
  };
  const track = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed !== undefined) throw new Error('The store is closed');
    const promise = work().catch((error: unknown) => {
      throw clientError(error);
    });
    underWay.add(promise);
    try {
      return await promise;
    } finally {
      underWay.delete(promise);
    }
  };

  return {
    run: (work) =>
      track(async () => {
        await ready();
        return work(db);
      }),
    runAnyway: (work) => track(() => work(db)),
    close() {
      closed ??= Promise.allSettled(underWay).then(() => client.close());
      return closed;
    },
  };
}
