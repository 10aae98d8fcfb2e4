import { type ChannelModel, connect } from 'amqplib';
import { within } from './within.ts';

/** ms. */
const CONNECT = 10_000;
const CLOSE = 2000;
/** s between heartbeats: a peer that went silent is given up after two. */
const HEARTBEAT = 10;

/** A fault that waiting does not mend: what it says is for the operator. */
export class LastingFault extends Error {}

/**
 * A connection to RabbitMQ, shown by its tools under this name. Rejects after `patience` ms; what comes later
 * is closed.
 */
export async function dial(url: string, name: string, patience = CONNECT): Promise<ChannelModel> {
  const options = { timeout: patience, noDelay: true, clientProperties: { connection_name: name } };
  const dialled = connect(withHeartbeat(url), options);
  try {
    return await within(patience, dialled, 'RabbitMQ did not answer');
  } catch (error) {
    dialled.then(hangUp, () => {});
    throw error;
  }
}

/** Closes a connection, within 2 s: if the peer does not answer, without its consent. Never rejects. */
export async function hangUp(model: ChannelModel): Promise<void> {
  model.on('error', () => {});
  await within(CLOSE, model.close(), '').catch(() => {});
  // amqplib has the socket there and does not say so in its types.
  const stream: unknown = Reflect.get(model.connection, 'stream');
  if (stream instanceof Object && 'destroy' in stream && stream.destroy instanceof Function) stream.destroy();
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(HEARTBEAT));
  return parsed.href;
}
