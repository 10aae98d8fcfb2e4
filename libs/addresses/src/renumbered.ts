/**
 * Numbers whose digits have changed, or that are written in two ways: what is read, in E.164, and what it
 * becomes. People and networks still use the old forms, so without this an answer from such a number would
 * not match the number that the message went to.
 */
const CHANGED: readonly (readonly [was: RegExp, is: string])[] = [
  // Mexico: since 2019 mobile phones have the ten digits of all others, without 1 from abroad and without
  // 044, 045, 01 and 02 at home.
  [/^\+52(?:01|02|044|045|1)(\d{10})$/, '+52$1'],
  // Argentina: 9 before the area, or 15 after it, means "mobile". Without the 9 the library reads the 15.
  [/^\+549(\d{12})$/, '+54$1'],
  // Brazil: since 2016 mobile numbers have a 9 before their eight digits, which began with 6, 8 or 9.
  [/^\+55([1-9][1-9])([689]\d{7})$/, '+55$19$2'],
];

/** A number in E.164 as it is today. An ambiguous number is left as it is. */
export function inCurrentForm(number: string): string {
  const change = CHANGED.find(([was]) => was.test(number));
  return change === undefined ? number : number.replace(...change);
}

/**
 * The numbers under which one phone may have been written to, the given one first. In Argentina a mobile
 * phone is reached with and without the 9 in front, and only the network knows which numbers are mobile.
 */
export function formsOf(number: string): string[] {
  const [, nine, rest = ''] = /^\+54(9?)(\d{10})$/.exec(number) ?? [];
  return nine === undefined ? [number] : [number, nine === '' ? `+549${rest}` : `+54${rest}`];
}
