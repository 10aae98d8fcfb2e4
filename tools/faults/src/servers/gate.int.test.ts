import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Gate, openGate } from './gate.ts';

let echo: Server;
let gate: Gate;
const clients: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  gate = await openGate({
    host: '127.0.0.1',
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
  });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await gate.stop();
  echo.close();
});

async function dial(): Promise<Socket> {
  const client = connect(gate.port, '127.0.0.1');
  client.on('error', () => {});
  clients.push(client);
  await once(client, 'connect');
  return client;
}
const ask = async (client: Socket, what: string): Promise<string> => {
  client.write(what);
  return String((await once(client, 'data'))[0]);
};

test('what is said goes through, both ways', async () => {
  expect(await ask(await dial(), 'hello')).toBe('hello');
});

test('when cut it ends what goes through and takes nothing new, until it is mended', async () => {
  const old = await dial();
  const ended = once(old, 'close');
  gate.cut();
  await ended;
  const refused = connect(gate.port, '127.0.0.1').on('error', () => {});
  await new Promise((resolve) => refused.once('close', resolve));
  gate.mend();
  expect(await ask(await dial(), 'again')).toBe('again');
});

test('when hushed it keeps connections and passes nothing on; mended, it passes on what was said meanwhile', async () => {
  const old = await dial();
  expect(await ask(old, 'one')).toBe('one');
  gate.hush();
  const fresh = await dial();
  let heard = 0;
  for (const client of [old, fresh]) client.on('data', () => (heard += 1));
  old.write('two');
  fresh.write('three');
  // The echo would be here by the time a connection past the gate has been made and answered.
  await dial();
  expect(heard).toBe(0);
  gate.mend();
  await expect.poll(() => heard).toBe(2);
});
