import { type ChannelModel, connect } from 'amqplib';
import { within } from './within.ts';

/** ms. */
const CLOSE = 2000;
/** s between heartbeats: two missing ones end the connection. */
const HEARTBEAT = 10;

/** A fault that waiting does not mend. Its message is for the operator. */
export class LastingFault extends Error {}

/**
 * ACCESS_REFUSED, PRECONDITION_FAILED, NOT_ALLOWED: a retry would fail too. Errors of the opening handshake
 * have the code in their text only.
 */
export const isLastingFault = (error: unknown): boolean =>
  error instanceof Error &&
  (error instanceof LastingFault ||
    /\b(403|406|530) \(/.test(error.message) ||
    ('code' in error && [403, 406, 530].includes(Number(error.code))));

/**
 * A connection to a node of RabbitMQ, with a name for its tools. Rejects after `patience` ms, and closes one
 * that comes later.
 */
export async function dial(url: string, name: string, patience: number): Promise<ChannelModel> {
  const options = { timeout: patience, noDelay: true, clientProperties: { connection_name: name } };
  const dialled = connect(withHeartbeat(url), options);
  try {
    return await within(patience, dialled, 'RabbitMQ did not answer');
  } catch (error) {
    dialled.then(hangUp, () => {});
    throw error;
  }
}

/** Closes a connection, after 2 s without the peer's answer. Never rejects. */
export async function hangUp(model: ChannelModel): Promise<void> {
  model.on('error', () => {});
  await within(CLOSE, model.close(), '').catch(() => {});
  // amqplib's types do not show the socket.
  const stream: unknown = Reflect.get(model.connection, 'stream');
  if (stream instanceof Object && 'destroy' in stream && stream.destroy instanceof Function) stream.destroy();
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(HEARTBEAT));
  return parsed.href;
}
