/** The helpers a template may call, with the least and the greatest number of values each takes. */
export const HELPER_ARITY = {
  /** Text in capital letters. */
  upper: [1, 1],
  /** Text in small letters. */
  lower: [1, 1],
  /** Text with its first letter large. */
  capitalize: [1, 1],
  /** `fallback(value, other)`: `other` when `value` is missing or an empty text. */
  fallback: [2, 2],
  /** `join(list, separator?)`: a list of texts and numbers as one text. Default separator: `, `. */
  join: [1, 2],
  /**
   * `date(instant, { zone?, locale?, style?, time? })`: style and time are `short`, `medium`, `long` or
   * `full`. Default: no time.
   */
  date: [1, 2],
  /** `number(value, { locale?, digits? })`: with separators, and exactly so many digits after the point. */
  number: [1, 2],
  /** `currency(value, 'EUR', { locale? })`. */
  currency: [2, 3],
  /** `encode(value)`: for a part of a link. */
  encode: [1, 1],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

export type HelperName = keyof typeof HELPER_ARITY;

export const isHelper = (name: string): name is HelperName => Object.hasOwn(HELPER_ARITY, name);
