import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  /** The message as it came: headers, an empty line, the body. */
  readonly raw: string;
  /** Its headers, unfolded, by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

/** A refusal as the server answers it. */
export const reply = (responseCode: number, message: string): Error =>
  Object.assign(new Error(message), { responseCode });

export interface MailServer {
  readonly url: string;
  /** What it has accepted, in order. */
  readonly received: Received[];
  /** How often the end of a message arrived, accepted or not. */
  ended(): number;
  /** As a server does with connections that are idle for too long. */
  dropConnections(): void;
  close(): Promise<void>;
}

type Step = (
  turn: number,
  session: { readonly id: string },
) => Error | undefined | Promise<Error | undefined>;

/** What the server does at each step; `turn` counts from 1. Nothing given: it accepts. */
export interface MailServerBehaviour {
  readonly connect?: Step;
  readonly auth?: (
    turn: number,
    session: { readonly id: string },
    login: { readonly username: string; readonly password: string },
  ) => Error | undefined;
  readonly mailFrom?: Step;
  readonly rcptTo?: Step;
  /** After the final dot. `'drop'` cuts the connection without an answer; the message was read to its end. */
  readonly data?: (turn: number) => Error | 'drop' | undefined | Promise<Error | 'drop' | undefined>;
}

/** A real mail server on a free port of this machine. */
export async function startMailServer(behaviour: MailServerBehaviour = {}): Promise<MailServer> {
  const received: Received[] = [];
  let ended = 0;
  const turns = new Map<string, number>();
  const turnOf = (step: string): number => {
    const turn = (turns.get(step) ?? 0) + 1;
    turns.set(step, turn);
    return turn;
  };
  const answer = async (
    step: keyof MailServerBehaviour,
    session: { id: string },
    done: (error?: Error | null) => void,
  ) => {
    const act = behaviour[step] as Step | undefined;
    done((await act?.(turnOf(step), session)) ?? null);
  };
  const sockets = new Set<Socket>();
  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  const options: SMTPServerOptions = {
    disabledCommands: behaviour.auth ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    authOptional: true,
    allowInsecureAuth: true,
    logger: false,
    closeTimeout: 10,
    onConnect: (session, done) => void answer('connect', session, done),
    onAuth({ username, password }, session, done) {
      const login = { username: username ?? '', password: password ?? '' };
      const error = behaviour.auth?.(turnOf('auth'), session, login);
      done(error ?? null, error ? undefined : { user: 'u' });
    },
    onMailFrom: (_address, session, done) => void answer('mailFrom', session, done),
    onRcptTo: (_address, session, done) => void answer('rcptTo', session, done),
    async onData(stream, session, done) {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of stream) chunks.push(chunk as Buffer);
      } catch {
        return; // The client was killed in the middle of it: nobody is left to answer.
      }
      ended += 1;
      const verdict = await behaviour.data?.(ended);
      if (verdict === 'drop') {
        dropConnections();
        return;
      }
      if (verdict !== undefined) return done(verdict);
      const raw = Buffer.concat(chunks).toString();
      const { mailFrom, rcptTo } = session.envelope;
      received.push({
        raw,
        headers: headersOf(raw),
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
      });
      done(null, 'queued as Q1');
    },
  };
  const server = new SMTPServer(options);
  server.on('error', () => {});
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    ended: () => ended,
    dropConnections,
    close: () =>
      new Promise((resolve) => {
        dropConnections();
        server.close(() => resolve());
      }),
  };
}

/** A port of this machine on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function headersOf(raw: string): Map<string, string> {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  return new Map(
    head.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}
