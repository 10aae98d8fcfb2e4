import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import type { AllowedAddresses } from './allowed.ts';

/** A URL leads to an address or port that may not be called. */
export class ForbiddenTargetError extends Error {
  override readonly name = 'ForbiddenTargetError';
  readonly code = 'ERR_FORBIDDEN_TARGET';
}

export interface ConnectorOptions {
  readonly allowed: AllowedAddresses;
  /** ms of wall time to be connected. */
  readonly timeout: number;
  /** Resolves names. Default: the system's resolver. */
  readonly lookup?: typeof dnsLookup;
}

/** A lower port belongs to some other service, except 443 for https and 80 for http. */
const FIRST_FREE_PORT = 1_024;

/**
 * Connects, and checks each address at the moment of connecting: between an earlier check and the connection,
 * a name can change from an outside address to an inside one. If one of a name's addresses is forbidden, the
 * whole name is.
 */
export function createConnector({
  allowed,
  timeout,
  lookup = dnsLookup,
}: ConnectorOptions): buildConnector.connector {
  const refusalOf = (address: string, protocol: string): Error | undefined => {
    if (!allowed.isAllowed(address))
      return new ForbiddenTargetError('it leads to an address that is not public');
    return protocol === 'https:' || allowed.isOwn(address)
      ? undefined
      : new ForbiddenTargetError('only https may be called');
  };

  const checkedLookup =
    (protocol: string) =>
    (
      hostname: string,
      _options: object,
      done: (error: Error | null, addresses: LookupAddress[]) => void,
    ): void => {
      lookup(hostname, { all: true }, (error, addresses) => {
        const refused = error ?? firstOf(addresses, ({ address }) => refusalOf(address, protocol));
        done(refused ?? null, refused === undefined ? addresses : []);
      });
    };

  const connectorOf = (protocol: string): buildConnector.connector =>
    // `all` is how `lookup` answers; Node asks for it wherever it may try several addresses.
    buildConnector({
      timeout,
      allowH2: false,
      autoSelectFamily: true,
      lookup: checkedLookup(protocol) as never,
    });
  const byProtocol = { 'https:': connectorOf('https:'), 'http:': connectorOf('http:') };

  return (options, done) => {
    const { hostname, protocol, port } = options;
    const refuse = (error: Error): void => done(error, null);
    if (protocol !== 'https:' && protocol !== 'http:')
      return refuse(new ForbiddenTargetError('only https may be called'));
    if (port !== '' && port !== '443' && port !== '80' && Number(port) < FIRST_FREE_PORT)
      return refuse(new ForbiddenTargetError(`port ${port} is not for webhooks`));
    // A literal address is not looked up, so it is checked here.
    const address = hostname.replace(/^\[|\]$/g, '');
    const refused = isIP(address) === 0 ? undefined : refusalOf(address, protocol);
    if (refused !== undefined) return refuse(refused);
    byProtocol[protocol](options, done);
  };
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
