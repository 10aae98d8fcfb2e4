import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be taken away and given back. Loopback only. */
export interface Gate {
  readonly port: number;
  /** Resets what goes through, and every new connection, until `mend`. */
  cut(): void;
  /** Lets nothing through, but keeps every connection, until `mend`: what a silent network looks like. */
  hush(): void;
  mend(): void;
  stop(): Promise<void>;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

export async function openGate(target: { host: string; port: number }): Promise<Gate> {
  const pairs = new Set<Pair>();
  let state: 'through' | 'cut' | 'hushed' = 'through';

  const letThrough = ({ near, far }: Pair): void => {
    near.pipe(far);
    far.pipe(near);
  };
  const hold = ({ near, far }: Pair): void => {
    near.unpipe(far).pause();
    far.unpipe(near).pause();
  };
  const end = (pair: Pair): void => {
    pairs.delete(pair);
    pair.near.destroy();
    pair.far.destroy();
  };

  const server = createServer((near) => {
    near.on('error', () => {});
    if (state === 'cut') {
      near.resetAndDestroy();
      return;
    }
    const far = connect(target);
    const pair: Pair = { near, far };
    pairs.add(pair);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => end(pair));
    }
    if (state === 'through') letThrough(pair);
    else hold(pair);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the gate has no port');

  return {
    port: address.port,
    cut() {
      state = 'cut';
      for (const pair of pairs) end(pair);
    },
    hush() {
      state = 'hushed';
      for (const pair of pairs) hold(pair);
    },
    mend() {
      if (state === 'hushed') for (const pair of pairs) letThrough(pair);
      state = 'through';
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const pair of pairs) end(pair);
      await closed;
    },
  };
}
