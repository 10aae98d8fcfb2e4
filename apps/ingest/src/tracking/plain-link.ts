const MAX_LENGTH = 500;

/**
 * The link that was followed, as it is kept: without its query and fragment, which can hold who it was.
 * Undefined for what is no web address.
 */
export function plainLink(text: unknown): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const { protocol, origin, pathname } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  return `${origin}${pathname}`.slice(0, MAX_LENGTH);
}
