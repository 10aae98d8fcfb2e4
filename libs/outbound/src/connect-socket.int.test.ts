import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAllowedAddresses } from './allowed.ts';
import { type ConnectSocketOptions, createConnectSocket } from './connect-socket.ts';

let connected = 0;
const server = createServer((socket) => {
  connected += 1;
  socket.end();
});
let port = 0;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => void server.close());

/** Every name has these addresses. */
const resolving = (...addresses: string[]): ConnectSocketOptions['lookup'] =>
  ((_name: string, _options: object, done: (error: null, found: object[]) => void) =>
    done(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    )) as never;
const connectWith = (options: Partial<ConnectSocketOptions> = {}) =>
  createConnectSocket({ allowed: createAllowedAddresses([]), ports: [587], timeout: 2_000, ...options });

test.each([
  ['a literal address inside', '127.0.0.1', undefined],
  ['the metadata of a cloud', '169.254.169.254', undefined],
  ['a mapped address', '::ffff:127.0.0.1', undefined],
  ['a name that leads inside', 'mail.example', ['127.0.0.1']],
  ['a name of which one address is inside', 'mail.example', ['93.184.215.14', '127.0.0.1']],
])('%s is not connected to', async (_what, host, addresses) => {
  const connect = connectWith({ ports: [port], ...(addresses && { lookup: resolving(...addresses) }) });
  const before = connected;
  await expect(connect({ host, port, plain: false })).rejects.toThrow('an address that is not public');
  expect(connected).toBe(before);
});

test('a public address is called on the ports of the protocol alone, and not without TLS', async () => {
  const connect = connectWith({ lookup: resolving('93.184.215.14') });
  await expect(connect({ host: 'mail.example', port: 22, plain: false })).rejects.toThrow('port 22');
  await expect(connect({ host: 'mail.example', port: 587, plain: true })).rejects.toThrow('only TLS');
});

test('a network that the installation allows is called on any port', async () => {
  const allowed = createAllowedAddresses(['127.0.0.0/8']);
  const connect = connectWith({ allowed, lookup: resolving('127.0.0.1') });
  for (const host of ['127.0.0.1', 'mail.example']) {
    const socket = await connect({ host, port, plain: true });
    expect(socket.remotePort).toBe(port);
    socket.destroy();
  }
});
