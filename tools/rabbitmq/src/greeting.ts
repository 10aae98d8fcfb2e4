import { connect } from 'node:net';

const HEADER = Buffer.from('AMQP\0\0\x09\x01', 'latin1');
/** The type octet of a method frame: a broker greets with connection.start. */
const METHOD = 1;
/** The field `version` of its properties, a long string. */
const VERSION = Buffer.from('\x07versionS', 'latin1');

/**
 * The version in the greeting of the broker at this address (no TLS): empty if the greeting has none,
 * undefined if no broker greets within `timeout` ms.
 */
export function greeting(port: number, host = '127.0.0.1', timeout = 2000): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: string | undefined): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeout, () => end(undefined));
    socket.on('error', () => end(undefined));
    socket.on('close', () => end(undefined));
    socket.on('connect', () => socket.write(HEADER));
    socket.on('data', (data) => end(data[0] === METHOD ? versionIn(data) : undefined));
  });
}

function versionIn(data: Buffer): string {
  const at = data.indexOf(VERSION);
  if (at < 0 || data.length < at + VERSION.length + 4) return '';
  const from = at + VERSION.length + 4;
  return data.toString('utf8', from, from + data.readUInt32BE(from - 4));
}

/** Whether one version is newer than the other, both as numbers with dots. */
export const isNewer = (one: string, other: string): boolean =>
  one.localeCompare(other, 'en', { numeric: true }) > 0;
