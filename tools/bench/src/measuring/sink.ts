import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Sink {
  readonly url: string;
  /** How many mails came, and how many different ones by their message ids. */
  count(): Promise<{ readonly mails: number; readonly distinct: number }>;
  stop(): void;
}

/** A mail server, in a process of its own, that answers at once. */
export async function startSink(): Promise<Sink> {
  const child = fork(join(import.meta.dirname, '../programs/sink.ts'));
  const stop = (): void => void child.kill();
  process.once('exit', stop);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    url: `smtp://127.0.0.1:${port}`,
    async count() {
      child.send('count');
      const [counts] = (await once(child, 'message')) as [{ mails: number; distinct: number }];
      return counts;
    },
    stop,
  };
}
