/**
 * What a broker refuses by its own rules, whatever carries it. `invalid_message`: it can never be published
 * (not JSON, too large, a key too long, a delay where there is none). `unknown_exchange`, `unknown_queue`:
 * the topology has no such thing. `invalid_cursor`: a page was asked for after something that is no token.
 * `closed`: after `close()`. Any other error is the connection's or the disk's.
 */
export type BrokerErrorCode =
  | 'invalid_message'
  | 'unknown_exchange'
  | 'unknown_queue'
  | 'invalid_cursor'
  | 'closed';

export class BrokerError extends Error {
  readonly code: BrokerErrorCode;

  constructor(code: BrokerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
