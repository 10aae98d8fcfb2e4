import { startContainer } from './container.ts';
import { startFerret } from './ferret.ts';
import { startMongod } from './mongod.ts';
import { type Product, productAt } from './product.ts';
import type { Start } from './start.ts';

export { isBare } from './bare.ts';
export { type Gateway, OUTAGE_FAULTS, openGateway, type ServerFault } from './gateway.ts';

/** A server that speaks MongoDB's protocol, for tests. */
export interface MongoServer {
  /** Names no database: each test uses its own, and drops it. */
  readonly uri: string;
  /** `given`: by MONGODB_URI; `local`: on port 27017; the others were started here. */
  readonly kind: 'given' | 'local' | 'mongod' | 'container' | 'ferretdb';
  readonly product: Product;
  /** Stops the server if it was started here. */
  stop(): Promise<void>;
}

const LOCAL = 'mongodb://127.0.0.1:27017/';

/**
 * The first of: the server at MONGODB_URI; one on port 27017 of this machine; `mongod` on the PATH; a
 * container, if Docker answers; FerretDB, if Go is installed (built once, which may take minutes). What is
 * started listens on loopback only, on a free port, and ends with this process at the latest. If MONGODB_URI
 * does not answer, nothing else is tried. Never rejects: `unavailable` says what was tried.
 */
export async function startMongo(): Promise<MongoServer | { unavailable: string }> {
  const given = process.env.MONGODB_URI;
  if (given !== undefined && given !== '') {
    const product = await productAt(given, 10_000);
    if (product === undefined) return { unavailable: 'the server that MONGODB_URI names does not answer' };
    return { uri: given, kind: 'given', product, stop: async () => {} };
  }
  const local = await productAt(LOCAL, 500);
  if (local !== undefined) return { uri: LOCAL, kind: 'local', product: local, stop: async () => {} };
  const starts: [MongoServer['kind'], Start][] = [
    ['mongod', startMongod],
    ['container', startContainer],
    ['ferretdb', startFerret],
  ];
  const reasons = ['nothing listens on port 27017'];
  for (const [kind, start] of starts) {
    const server = await start();
    if ('uri' in server) {
      return { ...server, kind, product: kind === 'ferretdb' ? 'ferretdb' : 'mongodb' };
    }
    reasons.push(server.unavailable);
  }
  return { unavailable: `no server: ${reasons.join('; ')}` };
}
