/**
 * What every broker refuses. `invalid_message`: it can never be published (not JSON, too large, a key too
 * long, a delay on an exchange without delays). `unknown_exchange`, `unknown_queue`: not in the topology.
 * `invalid_cursor`: the cursor of a page is not a token. `closed`: after `close()`. Any other error comes
 * from the connection or the disk.
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
