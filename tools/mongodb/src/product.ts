import { MongoClient } from 'mongodb';

/** What answers. FerretDB goes through whole collections, and explains nothing. */
export type Product = 'mongodb' | 'ferretdb';

/** What answers at the address within so many ms; undefined when nothing does. */
export async function productAt(uri: string, within: number): Promise<Product | undefined> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: within, connectTimeoutMS: within });
  try {
    const info = await client.db('admin').command({ buildInfo: 1 });
    return 'ferretdbVersion' in info || 'ferretdb' in info ? 'ferretdb' : 'mongodb';
  } catch {
    return undefined;
  } finally {
    await client.close();
  }
}
