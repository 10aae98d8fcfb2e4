import type { lookup as dnsLookup, LookupAddress } from 'node:dns';

type Done = (error: Error | null, addresses: LookupAddress[]) => void;

/**
 * Resolves names for a socket, at the moment of connecting: between an earlier check and the connection, a
 * name can change from an outside address to an inside one. If one of a name's addresses is refused, the
 * whole name is.
 */
export const checkedLookup =
  (lookup: typeof dnsLookup, refusalOf: (address: string) => Error | undefined) =>
  (hostname: string, _options: object, done: Done): void => {
    lookup(hostname, { all: true }, (error, addresses) => {
      const refused = error ?? firstRefusal(addresses, refusalOf);
      done(refused ?? null, refused === undefined ? addresses : []);
    });
  };

function firstRefusal(
  addresses: readonly LookupAddress[],
  refusalOf: (address: string) => Error | undefined,
): Error | undefined {
  for (const { address } of addresses) {
    const refused = refusalOf(address);
    if (refused !== undefined) return refused;
  }
  return undefined;
}
