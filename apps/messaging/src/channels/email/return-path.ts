import { emailAddress } from '@herald/addresses';
import { ConfigError } from '@herald/config';
import { MAX_RETURN_LOCAL, signReturnAddress } from '@herald/contracts';

/** The addresses of one message to which mail comes back. */
export interface ReturnAddresses {
  /** The envelope's sender: a server that cannot deliver reports there. */
  readonly bounce: string;
  /** Whoever writes there is unsubscribed. Undefined for a test. */
  readonly unsubscribe: string | undefined;
}

export type ReturnPath = (workspace: string, messageId: string) => ReturnAddresses;

/**
 * Variable envelope return paths under the installation's address; undefined if it has none. Throws a
 * `ConfigError` for an address that cannot carry them.
 */
export function createReturnPath(base: string | undefined, linkSecret: string): ReturnPath | undefined {
  if (base === undefined) return undefined;
  const address = emailAddress(base);
  if (address === undefined) throw new ConfigError([`BOUNCE_ADDRESS must be one e-mail address`]);
  const local = address.slice(0, address.lastIndexOf('@'));
  if (local.length > MAX_RETURN_LOCAL || !/^[\w.-]+$/.test(local))
    throw new ConfigError([
      `BOUNCE_ADDRESS must have up to ${MAX_RETURN_LOCAL} letters, digits, dots and hyphens before its @`,
    ]);
  return (workspace, messageId) => {
    const of = (use: 'bounce' | 'unsubscribe') =>
      signReturnAddress(address, { use, workspace, messageId }, linkSecret);
    return { bounce: of('bounce') ?? address, unsubscribe: of('unsubscribe') };
  };
}
