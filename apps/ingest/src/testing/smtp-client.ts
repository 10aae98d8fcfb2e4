import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/** Says each line to the SMTP server, and answers its replies, the greeting first: `250 2.0.0 ok`. */
export async function smtp(port: number, ...lines: readonly (string | Buffer)[]): Promise<string[]> {
  const socket = connect({ host: '127.0.0.1', port });
  const replies: string[] = [];
  const reader = createInterface({ input: socket })[Symbol.asyncIterator]();
  const reply = async (): Promise<void> => {
    for (;;) {
      const { value, done } = await reader.next();
      if (done === true) return;
      // A reply of several lines ends with the one without a hyphen.
      if (!/^\d{3}-/.test(value)) return void replies.push(value);
    }
  };
  await once(socket, 'connect');
  await reply();
  for (const line of lines) {
    socket.write(line);
    socket.write(typeof line === 'string' ? '\r\n' : '.\r\n');
    await reply();
  }
  socket.destroy();
  return replies;
}

/** One mail to one address: the reply to each command, the end of the mail last. */
export const deliver = async (
  port: number,
  to: string,
  mail: Buffer,
  from = '',
): Promise<string | undefined> => {
  const commands = [`EHLO mx.example`, `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA', mail];
  return (await smtp(port, ...commands)).at(-1);
};
