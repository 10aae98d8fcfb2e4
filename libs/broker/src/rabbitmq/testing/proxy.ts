import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** For tests: a proxy to a broker that can be cut. */
export interface Way {
  /** The broker's URL, through this proxy. */
  readonly url: string;
  /** Resets all connections; new ones are accepted as before. */
  reset(): void;
  /** Ends the first connection on which this passes, in either direction, just behind it. */
  endBehind(mark: string): void;
  /** Resets all connections and accepts no more. */
  cut(): Promise<void>;
  /** How many connections are open. */
  connections(): number;
}

/** `silentAfter`: once a client has sent this it gets nothing more, and its connection stays open. */
export async function openProxy(target: string, { silentAfter = '' } = {}): Promise<Way> {
  const { hostname: host, port } = new URL(target);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket, peer: Socket): void => {
    sockets.add(socket);
    // If one side ends, so does the other: the peer must see it.
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      peer.destroy();
    });
  };
  let last = '';
  const pass = (from: Socket, to: Socket): void => {
    const way = new Transform({
      transform(data: Buffer, _encoding, done) {
        const at = last === '' ? -1 : data.indexOf(last, 0, 'latin1');
        if (at < 0) return done(null, data);
        from.unpipe(way);
        way.end();
        done(null, data.subarray(0, at + last.length));
        last = '';
      },
    });
    from.pipe(way).pipe(to);
  };
  const server = createServer((near) => {
    const far = connect({ host, port: Number(port) });
    near.setNoDelay(true);
    far.setNoDelay(true);
    keep(near, far);
    keep(far, near);
    pass(near, far);
    pass(far, near);
    if (silentAfter !== '') {
      near.on('data', (data) => {
        if (data.includes(silentAfter)) far.unpipe().resume();
      });
    }
  });
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(await listen(server));
  const reset = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    reset,
    endBehind(mark) {
      last = mark;
    },
    connections: () => sockets.size / 2,
    async cut() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        reset();
      });
    },
  };
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
