import type { MongoClient } from 'mongodb';
import type { Collection, CollectionSpec, Document } from '../documents.ts';
import type { Store } from '../store.ts';
import { createCollection } from './collection.ts';
import { createClient, createConnection, type MongoStoreOptions } from './connection.ts';
import { createEventLog, EVENTS } from './event-log.ts';
import { formFor } from './form.ts';
import { migrate } from './migrate.ts';
import type { DocumentForm } from './rows.ts';
import { documentSchema, missingFrom } from './schema.ts';
import { databaseIn } from './uri.ts';

/** Where Herald's data lies if the connection string names no database, as those of Atlas do not. */
const DATABASE = 'herald';

/**
 * The store in MongoDB, for any number of processes. Rejects when no server answers in time, or as the
 * options say. Later the driver finds servers again by itself: while there is none, calls reject within the
 * time-outs. Until the database has what the specs need, every call but `migrate`, `ping` and `close`
 * rejects.
 */
export async function openMongoStore(options: MongoStoreOptions): Promise<Store> {
  const client = createClient(options);
  try {
    const store = createMongoStore(client, options, options.documents ?? (await formFor(client)));
    await (options.mustBeMigrated === true ? store.assertMigrated() : store.ping());
    return store;
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** The same on a client, which the store closes. */
export function createMongoStore(
  client: MongoClient,
  options: MongoStoreOptions,
  form: DocumentForm,
): Store & { assertMigrated(): Promise<void> } {
  const documents = new Map(options.collections.map((spec) => [spec.name, documentSchema(spec)]));
  if (documents.has(EVENTS.name)) throw new Error(`The collection ${EVENTS.name} is the log's`);
  const schemas = [EVENTS, ...documents.values()];
  const database = options.database ?? databaseIn(options.uri) ?? DATABASE;
  const connection = createConnection(client, database, async (db) => {
    const missing = await missingFrom(db, schemas);
    if (missing.length > 0)
      throw new Error(
        `The store is not migrated, it lacks: ${missing.join(', ')}. The migrate command of ` +
          'event-handler makes it',
      );
  });
  return {
    log: createEventLog(connection, form),
    collection<T extends Document>(spec: CollectionSpec<T>): Collection<T> {
      const schema = documents.get(spec.name);
      if (schema === undefined) throw new Error(`The store was opened without the collection ${spec.name}`);
      return createCollection<T>(connection, schema, form);
    },
    migrate: () =>
      connection.runAnyway(async () => {
        // An index takes as long as there is much to put in it.
        const patient = createClient(options, { socketTimeoutMS: 0 });
        try {
          await migrate(patient.db(database), schemas);
        } finally {
          await patient.close();
        }
      }),
    assertMigrated: () => connection.run(async () => {}),
    ping: () =>
      connection.runAnyway(async (db) => {
        // Not the server's own ping, which a gateway answers by itself. This reads by a key that no event
        // has, with the read concern `majority` that every read has here.
        await db.collection<{ _id: string }>(EVENTS.name).findOne({ _id: '' }, { projection: { _id: 1 } });
      }),
    close: () => connection.close(),
  };
}
