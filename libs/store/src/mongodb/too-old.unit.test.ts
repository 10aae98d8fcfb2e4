import { once } from 'node:events';
import { createServer } from 'node:net';
import { BSON } from 'mongodb';
import { expect, onTestFinished, test } from 'vitest';
import { isLastingFault } from './connection.ts';
import { openMongoStore } from './store.ts';

/** bytes of the header of each message: length, id, what it answers, kind. */
const HEADER = 16;
const OP_REPLY = 1;
const OP_MSG = 2013;

/** A server that says hello as one that speaks the protocol up to `maxWireVersion`. Returns where it is. */
async function oldServer(maxWireVersion: number): Promise<string> {
  const hello = BSON.serialize({
    ok: 1,
    helloOk: true,
    isWritablePrimary: true,
    minWireVersion: 0,
    maxWireVersion,
  });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (request) => {
      const isMessage = request.readInt32LE(12) === OP_MSG;
      // OP_MSG: flags and one section. OP_REPLY: flags, cursor, where it starts, one document.
      const lead = Buffer.alloc(isMessage ? 5 : 20);
      if (!isMessage) lead.writeInt32LE(1, 16);
      const header = Buffer.alloc(HEADER);
      const kind = isMessage ? OP_MSG : OP_REPLY;
      for (const [index, value] of [
        HEADER + lead.length + hello.length,
        1,
        request.readInt32LE(4),
        kind,
      ].entries())
        header.writeInt32LE(value, 4 * index);
      socket.write(Buffer.concat([header, lead, hello]));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return `mongodb://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/herald`;
}

test('a server that is too old is reported in a sentence, and not waited for', async () => {
  const opened = openMongoStore({ uri: await oldServer(8), collections: [], serverSelectionTimeout: 1_000 });
  const error: unknown = await opened.catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: 'MongoDB 4.4 or newer is needed, and the server is older' });
  expect(isLastingFault(error)).toBe(true);
});
