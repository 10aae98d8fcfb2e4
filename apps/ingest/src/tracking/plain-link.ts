const MAX_LENGTH = 500;

/**
 * The followed link as it is stored: without query and fragment, which can identify the person. Undefined for
 * anything but a web address.
 */
export function plainLink(text: unknown): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const { protocol, origin, pathname } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  return `${origin}${pathname}`.slice(0, MAX_LENGTH);
}
