import { createServer } from 'node:net';

/** The port itself. For 0, one that is free now: links need the port before the server has it. */
export async function portFor(host: string, port: number): Promise<number> {
  if (port !== 0) return port;
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(0, host, resolve);
  await promise;
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** The local address of the API, for links while no public address is configured. */
export function localUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
