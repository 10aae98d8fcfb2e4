/** The domain of an address: what follows its last `@`, in lower case. */
export const domainOf = (address: string): string =>
  address.slice(address.lastIndexOf('@') + 1).toLowerCase();

/** A domain, then each domain above it that still has a dot. */
export function* upwards(domain: string): Generator<string> {
  for (let name = domain; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) yield name;
}
