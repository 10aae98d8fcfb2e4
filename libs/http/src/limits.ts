/** How much data, and how much time, a client may take. Times in ms of wall time. */
export interface HttpLimits {
  /** bytes of a body; a route may set its own. */
  readonly bodyLimit: number;
  /** Until the headers are complete. */
  readonly headersTimeout: number;
  /** Until the whole request has arrived: ends a body that drips in byte by byte. */
  readonly requestTimeout: number;
  /**
   * Without traffic on a socket, also while an answer is being made: ends what a handler that hangs would
   * keep open.
   */
  readonly idleTimeout: number;
  /** Between two requests on a connection. */
  readonly keepAliveTimeout: number;
  /**
   * While closing, for requests that no handler has yet: they are cut off after it, since nothing was
   * promised to them.
   */
  readonly closeGrace: number;
  /** How often Node checks for late requests. */
  readonly checkEvery: number;
}

export const DEFAULT_LIMITS: HttpLimits = {
  bodyLimit: 1024 * 1024,
  // Headers fit into a few packets.
  headersTimeout: 10_000,
  // 1 MiB at 300 kbit/s takes 28 s.
  requestTimeout: 30_000,
  // Longer than any handler takes. Fastify's `handlerTimeout` costs a tenth of the throughput; a route that
  // needs it sets it.
  idleTimeout: 90_000,
  // Longer than the 60 s of common load balancers; otherwise they send requests into connections that are
  // being closed.
  keepAliveTimeout: 72_000,
  closeGrace: 2_000,
  checkEvery: 2_000,
};
