import { createServer, type Socket } from 'node:net';

/**
 * A mail server that takes every mail at once and keeps only the ids. It knows the commands that nodemailer
 * sends. A message from the parent is answered with how many mails came, and how many different ones.
 */
const seen = new Set<string>();
let mails = 0;

function converse(socket: Socket): void {
  let text = '';
  let inData = false;
  const answer = (line: string): void => {
    if (inData) return;
    const command = line.slice(0, 4).toUpperCase();
    inData = command === 'DATA';
    if (command === 'QUIT') socket.end('221 Bye\r\n');
    else socket.write(inData ? '354 Go on\r\n' : '250 Fine\r\n');
  };
  const takeMail = (mail: string): void => {
    mails += 1;
    seen.add(/^x-herald-message-id: *(\S+)/im.exec(mail)?.[1] ?? '');
    inData = false;
    socket.write('250 Taken\r\n');
  };
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (;;) {
      const separator = inData ? '\r\n.\r\n' : '\r\n';
      const end = text.indexOf(separator);
      if (end < 0) return;
      const part = text.slice(0, end);
      text = text.slice(end + separator.length);
      if (inData) takeMail(part);
      else answer(part);
    }
  });
  socket.write('220 sink\r\n');
}

const server = createServer(converse).listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
process.on('message', () => process.send?.({ mails, distinct: seen.size }));
process.on('disconnect', () => process.exit(0));
