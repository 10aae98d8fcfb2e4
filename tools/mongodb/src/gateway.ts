import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { MongoClient } from 'mongodb';
import { answerTo, onFrames, type Request, requestIn } from './wire.ts';

/** An error that a server answers with. */
export interface ServerFault {
  readonly code: number;
  readonly codeName: string;
}

/**
 * A gateway, as some databases have in front of them: it answers greetings and `ping` itself and passes on
 * everything else. It stays up when the database behind it is down, and then answers commands with errors.
 * Loopback only.
 */
export interface Gateway {
  readonly port: number;
  /** The database is down from now on: commands other than greetings and `ping` get these errors in turn. */
  stopDatabase(faults?: readonly ServerFault[]): void;
  startDatabase(): void;
  /** The next command of this name gets this answer, and does not reach the database. */
  answerNext(command: string, answer: Readonly<Record<string, unknown>>): void;
  /** Answers that no command has had yet. */
  readonly unused: number;
  /** Commands that were answered with an error so far. */
  readonly refused: number;
  close(): Promise<void>;
}

/** Errors seen from gateways and from servers that shut down. */
export const OUTAGE_FAULTS: readonly ServerFault[] = [
  { code: 1, codeName: 'InternalError' },
  { code: 91, codeName: 'ShutdownInProgress' },
  { code: 112, codeName: 'WriteConflict' },
  { code: 11600, codeName: 'InterruptedAtShutdown' },
];

const OWN: ReadonlySet<string> = new Set(['hello', 'ismaster', 'isMaster', 'ping']);

export async function openGateway(target: { host: string; port: number }): Promise<Gateway> {
  const hello = await greetingOf(target);
  const sockets = new Set<Socket>();
  let faults: readonly ServerFault[] | undefined;
  let refused = 0;
  const answers: { readonly command: string; readonly answer: Readonly<Record<string, unknown>> }[] = [];

  const refusal = (request: Request): Buffer => {
    const { code, codeName } = faults?.[refused % faults.length] ?? { code: 1, codeName: 'InternalError' };
    refused += 1;
    return answerTo(request, { ok: 0, code, codeName, errmsg: 'the database does not answer' });
  };

  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => {});
    near.on('close', () => sockets.delete(near));
    let far: Socket | undefined;
    const open = new Map<number, Request>();

    const reach = (): Socket => {
      if (far !== undefined) return far;
      const socket = connect(target);
      far = socket;
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        far = undefined;
        // No other answer will come for commands that were under way.
        for (const request of open.values()) near.write(refusal(request));
        open.clear();
      });
      onFrames(socket, (frame) => {
        open.delete(frame.readInt32LE(8));
        near.write(frame);
      });
      near.on('close', () => socket.destroy());
      return socket;
    };

    onFrames(near, (frame) => {
      const request = requestIn(frame);
      if (request === undefined) return void near.destroy();
      if (request.command === 'ping') return void near.write(answerTo(request, { ok: 1 }));
      if (OWN.has(request.command))
        return void near.write(answerTo(request, { ...hello, localTime: new Date() }));
      if (faults !== undefined) return void near.write(refusal(request));
      const next = answers.findIndex(({ command }) => command === request.command);
      const [own] = next < 0 ? [] : answers.splice(next, 1);
      if (own !== undefined) return void near.write(answerTo(request, own.answer));
      open.set(request.id, request);
      reach().write(frame);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the gateway has no port');

  return {
    port: address.port,
    get refused() {
      return refused;
    },
    stopDatabase(given = OUTAGE_FAULTS) {
      faults = given;
      for (const socket of sockets) if (socket.remotePort === target.port) socket.destroy();
    },
    startDatabase() {
      faults = undefined;
    },
    answerNext(command, answer) {
      answers.push({ command, answer });
    },
    get unused() {
      return answers.length;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** The server's greeting, without the parts that make a driver wait for changes or look for other members. */
async function greetingOf({ host, port }: { host: string; port: number }): Promise<Record<string, unknown>> {
  const client = new MongoClient(`mongodb://${host}:${port}/?directConnection=true`);
  try {
    const { topologyVersion: _news, ...hello } = await client.db('admin').command({ hello: 1 });
    return { ...hello, ismaster: true, helloOk: true };
  } finally {
    await client.close();
  }
}
