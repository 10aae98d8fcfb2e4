import { lookup as dnsLookup } from 'node:dns';
import { connect, isIP, type Socket } from 'node:net';
import type { AllowedAddresses } from './allowed.ts';
import { checkedLookup } from './checked-lookup.ts';
import { ForbiddenTargetError } from './connector.ts';

/** A server that is not spoken to by HTTP. */
export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  /** What is sent is not encrypted: allowed only to networks of the installation's own. */
  readonly plain: boolean;
}

export interface ConnectSocketOptions {
  readonly allowed: AllowedAddresses;
  /** The ports that may be called outside of the installation's own networks. */
  readonly ports: readonly number[];
  /** ms of wall time to be connected. */
  readonly timeout: number;
  /** Resolves names. Default: the system's resolver. */
  readonly lookup?: typeof dnsLookup;
}

/**
 * Connects by TCP, and checks the address at the moment of connecting, as `createConnector` does for HTTP.
 * Rejects with `ForbiddenTargetError` for what may not be called.
 */
export function createConnectSocket(
  options: ConnectSocketOptions,
): (target: SocketTarget) => Promise<Socket> {
  const { allowed, ports, timeout, lookup = dnsLookup } = options;

  const refusalOf = (address: string, { port, plain }: SocketTarget): Error | undefined => {
    if (!allowed.isAllowed(address))
      return new ForbiddenTargetError('it leads to an address that is not public');
    if (allowed.isOwn(address)) return undefined;
    if (plain) return new ForbiddenTargetError('only TLS is allowed to a public address');
    return ports.includes(port) ? undefined : new ForbiddenTargetError(`port ${port} is not for this`);
  };

  return (target) =>
    new Promise((resolve, reject) => {
      const { host, port } = target;
      // A literal address is not looked up, so it is checked here.
      const refused = isIP(host) === 0 ? undefined : refusalOf(host, target);
      if (refused !== undefined) return reject(refused);
      const checked = checkedLookup(lookup, (address) => refusalOf(address, target));
      // `all` is how `lookup` answers; Node asks for it where it may try several addresses.
      const socket = connect({ host, port, autoSelectFamily: true, lookup: checked as never });
      const late = setTimeout(
        () => socket.destroy(Object.assign(new Error('connecting took too long'), { code: 'ETIMEDOUT' })),
        timeout,
      );
      socket.once('connect', () => {
        clearTimeout(late);
        socket.off('error', fail);
        resolve(socket);
      });
      const fail = (error: Error): void => {
        clearTimeout(late);
        reject(error);
      };
      socket.once('error', fail);
    });
}
