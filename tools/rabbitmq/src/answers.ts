import { connect, createServer } from 'node:net';

const HEADER = Buffer.from('AMQP\0\0\x09\x01', 'latin1');
/** The type octet of a method frame: a broker greets with connection.start. */
const METHOD = 1;

/** Whether a broker on this port of 127.0.0.1 greets within `timeout` ms. */
export function answersAmqp(port: number, timeout = 2000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeout, () => end(false));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    socket.on('connect', () => socket.write(HEADER));
    socket.on('data', (data) => end(data[0] === METHOD));
  });
}

/** A port of 127.0.0.1 that nobody has at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
