const MAX_REASON = 300;

/** Also in quotes, full-width, and as it stands in a URL. */
const ADDRESS = /(?:"[^"\r\n]{1,64}"|[^\s<>"]{1,256})(?:@|＠|%40)[^\s<>]{1,255}/giu;
const INTERNATIONAL = /[+＋]\p{Nd}[\p{Nd} ().\-/]{5,20}\p{Nd}/gu;
const GROUPED = /(?<![\w.:])\(?\p{Nd}{3}\)?[ .-]\p{Nd}{3}[ .-]\p{Nd}{4}(?![\w.])/gu;
/**
 * Nine digits and more, as a number is dialled at home. The codes, sizes and IP addresses of servers have
 * fewer in a row, or dots.
 */
const NATIONAL = /(?<![\w.:])\(?\p{Nd}(?:[ ()/-]{0,2}\p{Nd}){8,14}(?!\w)/gu;

/**
 * A provider's answer as it may be kept and logged: one line of up to 300 characters, without the e-mail
 * address or the phone number that servers repeat, with or without `<>` around it.
 */
export const reasonOf = (text: string): string =>
  text
    .slice(0, 4 * MAX_REASON)
    .replace(/\p{C}+/gu, ' ')
    .replace(ADDRESS, '(address)')
    .replace(INTERNATIONAL, '(number)')
    .replace(GROUPED, '(number)')
    .replace(NATIONAL, '(number)')
    .slice(0, MAX_REASON)
    .trim();
