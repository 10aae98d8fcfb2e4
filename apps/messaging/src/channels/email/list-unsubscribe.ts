import type { ReturnAddresses } from './return-path.ts';

/**
 * The value of `List-Unsubscribe` (RFC 2369): the link for one click first, then the address for programs
 * that only write mail (RFC 8058, section 3.1 allows both).
 */
export const listUnsubscribe = (link: string, returnTo: ReturnAddresses | undefined): string =>
  returnTo?.unsubscribe === undefined
    ? `<${link}>`
    : `<${link}>, <mailto:${returnTo.unsubscribe}?subject=unsubscribe>`;
