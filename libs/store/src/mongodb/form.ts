import { type MongoClient, MongoServerError } from 'mongodb';
import { clientError } from './connection.ts';
import type { DocumentForm } from './rows.ts';

/**
 * The form of documents that suits the server. FerretDB 1 decodes a whole collection for nearly every
 * question, so each field costs; it says what it is in `ferretdbVersion` of its `buildInfo`. Rejects when no
 * server answers in time.
 */
export async function formFor(client: MongoClient): Promise<DocumentForm> {
  try {
    const info = await client.db('admin').command({ buildInfo: 1 });
    return 'ferretdbVersion' in info ? 'text' : 'fields';
  } catch (error) {
    // A server that refuses the question is another one. If it refuses everything, the next call says so.
    if (error instanceof MongoServerError) return 'fields';
    throw clientError(error);
  }
}
