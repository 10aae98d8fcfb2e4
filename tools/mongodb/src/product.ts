import { MongoClient } from 'mongodb';

/** What kind of server answers. FerretDB scans whole collections, and does not explain queries. */
export type Product = 'mongodb' | 'ferretdb';

/** The product at this address; undefined if nothing answers within `within` ms. */
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
