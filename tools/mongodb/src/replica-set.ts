import { MongoClient } from 'mongodb';

/**
 * Makes a server that was just started with `--replSet herald` the only member of its set. Resolves when it
 * takes writes; rejects after `within` ms. `host` is how the server reaches itself; `uri` must connect
 * directly.
 */
export async function makeReplicaSet(uri: string, host: string, within: number): Promise<void> {
  const deadline = performance.now() + within;
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: within });
  try {
    const admin = client.db('admin');
    await admin.command({ replSetInitiate: { _id: 'herald', members: [{ _id: 0, host }] } });
    while (!(await admin.command({ hello: 1 })).isWritablePrimary) {
      if (performance.now() > deadline) throw new Error('The replica set has no primary');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await client.close();
  }
}
