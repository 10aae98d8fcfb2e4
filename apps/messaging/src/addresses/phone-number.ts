/** Where the digits of a national number begin is the country's own; the shortest in use have seven digits with the country's code. */
const E164 = /^\+[1-9]\d{6,14}$/;
/** What people put between digits. An extension, a letter or a second number is none of it. */
const BETWEEN = /[\s().\-/]/g;
const MAX_WRITTEN = 40;

/**
 * A phone number in E.164, such as `+14155550100`, or undefined. It must begin with `+` and the country's code: which country a national
 * number is of cannot be told from it.
 */
export function phoneNumber(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_WRITTEN) return undefined;
  const number = value.trim().replace(BETWEEN, '');
  return E164.test(number) ? number : undefined;
}

/** A name of up to eleven letters, digits and spaces, at least one of them a letter, that stands for a number as the sender of texts. */
export const isSenderName = (text: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9 ]{0,10}$/.test(text) && /[A-Za-z]/.test(text);
