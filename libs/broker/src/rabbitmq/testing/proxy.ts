import { connect, createServer, type Server, type Socket } from 'node:net';

/** For tests: a way to a broker that can be cut. */
export interface Way {
  /** Like the broker's, but through here. */
  readonly url: string;
  /** Resets what goes through; new connections are taken as before. */
  reset(): void;
  /** Resets what goes through and takes nothing any more. */
  cut(): Promise<void>;
  /** How many go through now. */
  connections(): number;
}

/** `silentAfter`: once a client has said this, it hears nothing more and its connection stays open. */
export async function openProxy(target: string, { silentAfter = '' } = {}): Promise<Way> {
  const { hostname: host, port } = new URL(target);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket, peer: Socket): void => {
    sockets.add(socket);
    // Whatever ends one side ends the other: the peer must see it.
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
