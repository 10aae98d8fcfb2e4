import { lookup as dnsLookup } from 'node:dns';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import type { AllowedAddresses } from './allowed.ts';
import { checkedLookup } from './checked-lookup.ts';

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

/** Connects, and checks each address at the moment of connecting. */
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

  const connectorOf = (protocol: string): buildConnector.connector =>
    // `all` is how `lookup` answers; Node asks for it wherever it may try several addresses.
    buildConnector({
      timeout,
      allowH2: false,
      autoSelectFamily: true,
      lookup: checkedLookup(lookup, (address) => refusalOf(address, protocol)) as never,
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
