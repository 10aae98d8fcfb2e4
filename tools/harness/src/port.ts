import { once } from 'node:events';
import { createServer } from 'node:net';

/** A loopback port that is free now: the wished one if possible, else any. */
export async function freePort(wished = 0): Promise<number> {
  const server = createServer().listen(wished, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if (wished === 0) throw error;
    return freePort();
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
