const MAX_REASON = 300;

/** What a provider answered, fit to be kept: one line, up to 300 characters, and without the address that servers like to repeat. */
export const reasonOf = (text: string): string =>
  text
    .slice(0, 4 * MAX_REASON)
    .replace(/\p{C}+/gu, ' ')
    .replace(/[^\s<>]{1,64}@[^\s<>]{1,255}/g, '(address)')
    .slice(0, MAX_REASON)
    .trim();
