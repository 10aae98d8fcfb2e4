import autocannon, { type Result } from 'autocannon';

/** What the parent process asks for. The load has a process of its own, so that it slows nothing measured. */
export interface LoadRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly string[];
  readonly amount: number;
  readonly connections: number;
}

export interface LoadResult {
  /** Requests answered with 202. */
  readonly accepted: number;
  readonly seconds: number;
  /** ms */
  readonly p50: number;
  readonly p99: number;
}

process.once('message', async ({ url, headers, bodies, amount, connections }: LoadRequest) => {
  let accepted = 0;
  let started = performance.now();
  let last = started;
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const options = {
    url,
    amount,
    connections: Math.min(connections, amount),
    timeout: 30,
    requests: bodies.map((body) => ({ method: 'POST' as const, body, headers: { ...headers } })),
  };
  const run = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
  // It prepares every request first, which is not the server's time.
  run.on('start', () => {
    started = performance.now();
  });
  run.on('response', (_client, status) => {
    if (status === 202) accepted += 1;
    last = performance.now(); // it reports the end only at the next full second
  });
  const { latency, errors, timeouts } = await promise;
  const seconds = (last - started) / 1000;
  if (errors > 0 || timeouts > 0) throw new Error(`${errors} requests got no answer`);
  process.send?.({ accepted, seconds, p50: latency.p50, p99: latency.p99 } satisfies LoadResult);
});
