import { join } from 'node:path';
import {
  type Client,
  createClient,
  freePort,
  type Herald,
  type Metrics,
  readMetrics,
  startHerald,
  writeCredentials,
} from '@herald/harness';
import { timed } from './numbers.ts';

/** Herald in one process: as it is installed, or with the parts of `programs/one-process.ts`. */
export interface Program {
  readonly client: Client;
  readonly apiKey: string;
  readonly base: string;
  /** s from its start until it was ready. */
  readonly startSeconds: number;
  metrics(): Promise<Metrics>;
  stop(): Promise<void>;
}

export const ONE_PROCESS = join(import.meta.dirname, '../programs/one-process.ts');
export const BASELINE = join(import.meta.dirname, '../programs/baseline.ts');

/** Starts an app on the data in `dir`. Default: all-in-one. Its log is `dir/log.jsonl`. */
export async function startProgram(
  dir: string,
  env: Readonly<Record<string, string>> = {},
  app?: string,
): Promise<Program> {
  const { apiKey, env: credentials } = await writeCredentials(dir, 'hk_of_the_benchmarks');
  const ports = { PORT: String(await freePort()), ADMIN_PORT: String(await freePort()) };
  const settings = { ...credentials, ...ports, DATA_DIR: join(dir, 'data'), SENDER: 'herald@example.com' };
  let herald: Herald | undefined;
  const { seconds, value } = await timed(() => {
    herald = startHerald({ ...settings, ...env }, join(dir, 'log.jsonl'), app);
    return herald.ready;
  });
  return {
    client: createClient(value.http, apiKey),
    apiKey,
    base: value.http,
    startSeconds: seconds,
    metrics: () => readMetrics(value.admin),
    async stop() {
      const code = await herald?.stop();
      if (code !== 0) throw new Error(`it ended with ${code}, see ${join(dir, 'log.jsonl')}`);
    },
  };
}
