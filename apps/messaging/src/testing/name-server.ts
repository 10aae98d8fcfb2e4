import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode } from 'dns-packet';
import { onTestFinished } from 'vitest';

/** Texts by name; `fails`: the server cannot answer for it. */
export type Zone = Readonly<Record<string, string | 'fails'>>;

/** A name server with these texts, until the test is over. Gives its address with the port. */
export async function startNameServer(zone: Zone): Promise<string> {
  const server = createSocket('udp4');
  server.on('message', (query, { port, address }) => {
    const { id, questions = [] } = decode(query);
    const [question] = questions;
    if (question === undefined) return;
    const { name } = question;
    const text = zone[name];
    const failed = text === 'fails';
    const answers =
      text === undefined || failed
        ? []
        : [{ type: 'TXT', name, ttl: 1, data: text.match(/.{1,255}/g) ?? [] } as const];
    // The reply code is the low four bits: 0, 2 (no answer) or 3 (no such name).
    const flags = 0x0100 | (failed ? 2 : text === undefined ? 3 : 0);
    server.send(
      encode({ type: 'response', id: id ?? 0, flags, questions: [question], answers }),
      port,
      address,
    );
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `127.0.0.1:${server.address().port}`;
}
