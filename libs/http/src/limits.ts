/** How much, and for how long, a client may take from us. Times in ms of wall time. */
export interface HttpLimits {
  /** bytes of a body; a route may set its own. */
  readonly bodyLimit: number;
  /** Until the headers are complete. */
  readonly headersTimeout: number;
  /** Until the whole request is here: ends a body that drips in byte by byte. */
  readonly requestTimeout: number;
  /**
   * A socket on which nothing moves, also while an answer is being made: it ends what a handler that hangs
   * would keep open.
   */
  readonly idleTimeout: number;
  /** Between two requests on a connection. */
  readonly keepAliveTimeout: number;
  /**
   * While closing, for requests that are not with a handler yet: they are cut off after it, and nothing was
   * promised to them.
   */
  readonly closeGrace: number;
  /** How often Node looks for requests that are late. */
  readonly checkEvery: number;
}

export const DEFAULT_LIMITS: HttpLimits = {
  bodyLimit: 1024 * 1024,
  // Headers fit into a packet or a few.
  headersTimeout: 10_000,
  // A mebibyte at 300 kbit/s takes 28 s.
  requestTimeout: 30_000,
  // Longer than any handler takes. Fastify's `handlerTimeout` costs a tenth of the throughput; a route that
  // needs it sets it.
  idleTimeout: 90_000,
  // Longer than the 60 s of common load balancers: else they send a request into a connection that we are
  // closing.
  keepAliveTimeout: 72_000,
  closeGrace: 2_000,
  checkEvery: 2_000,
};
