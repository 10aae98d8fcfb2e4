import { randomUUID } from 'node:crypto';
import { type MongoServer, startMongo } from '@herald/mongodb-server';
import { MongoClient } from 'mongodb';
import { afterAll, describe, it } from 'vitest';

/**
 * Describes tests that need a server, which lives as long as the file's tests. Where none can be had, one
 * test says so in its title and is skipped, or fails where REQUIRE_SERVICES=1.
 */
export async function describeWithMongo(name: string, tests: (server: MongoServer) => void): Promise<void> {
  const server = await startMongo();
  if ('unavailable' in server) {
    const required = process.env.REQUIRE_SERVICES === '1';
    const because = `${name}: not tested, ${server.unavailable}`;
    it.skipIf(!required)(because, () => {
      throw new Error(because);
    });
    return;
  }
  describe(`${name} (${server.kind}, ${server.product})`, () => {
    afterAll(() => server.stop());
    tests(server);
  });
}

/** A name for a database of one test. */
export const freshDatabase = (): string => `herald-test-${randomUUID()}`;

export async function dropDatabase(uri: string, database: string): Promise<void> {
  const client = new MongoClient(uri);
  try {
    await client.db(database).dropDatabase();
  } finally {
    await client.close();
  }
}
