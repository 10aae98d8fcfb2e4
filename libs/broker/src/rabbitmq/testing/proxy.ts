import { connect, createServer, type Server, type Socket } from 'node:net';

/** For tests: a proxy to a broker that can be cut. */
export interface Way {
  /** The broker's URL, through this proxy. */
  readonly url: string;
  /** Resets all connections; new ones are accepted as before. */
  reset(): void;
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
  const server = createServer((near) => {
    const far = connect({ host, port: Number(port) });
    near.setNoDelay(true);
    far.setNoDelay(true);
    keep(near, far);
    keep(far, near);
    near.pipe(far).pipe(near);
    if (silentAfter !== '') {
      near.on('data', (data) => {
        if (data.includes(silentAfter)) far.unpipe(near).resume();
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
