import {
  type CountryCode,
  isSupportedCountry,
  ParseError,
  type PhoneNumber,
  parsePhoneNumberWithError,
} from 'libphonenumber-js/min';
import { inCurrentForm } from './renumbered.ts';

/** A phone number in E.164, such as `+14155550100`, or why a text is not one. */
export type ReadPhone = { readonly number: string } | { readonly fault: string };

/** Characters that are checked; no number has more. */
const MAX_WRITTEN = 60;
const WANTED = 'must be one phone number such as +14155550100';

/** Whether a text is a country of ISO 3166 in two letters, such as `GB`, with a known numbering plan. */
export const isCountry = (text: string): boolean => isSupportedCountry(text.toUpperCase());

/**
 * The only reading of phone numbers, for events, settings, tests, messages and incoming texts alike.
 * `country` applies to a number without a country code; without it such a number is a fault, because it is
 * ambiguous. Letters, an extension, two numbers, or the wrong number of digits for the country are faults
 * too. Whether the number exists, only the network knows.
 */
export function readPhone(value: unknown, country?: string): ReadPhone {
  if (typeof value !== 'string') return { fault: `${WANTED}, as text` };
  if (value.length > MAX_WRITTEN) return { fault: WANTED };
  const text = withoutScheme(tidied(value));
  const fault = faultOf(text);
  if (fault !== undefined) return { fault: `${WANTED}: ${fault}` };
  const home = country?.toUpperCase();
  const read = currentForm(parse(text, home !== undefined && isSupportedCountry(home) ? home : undefined));
  if (typeof read === 'string') return { fault: `${WANTED}: ${read}` };
  if (read.ext !== undefined) return { fault: `${WANTED}: ${EXTENSION}` };
  if (!read.isPossible()) return { fault: `${WANTED}: ${DIGITS}` };
  return { number: read.number };
}

/** The number in E.164; undefined if the text is not one. */
export function phoneNumber(value: unknown, country?: string): string | undefined {
  const read = readPhone(value, country);
  return 'number' in read ? read.number : undefined;
}

const DIGITS = 'it has too few or too many digits for its country';
const EXTENSION = 'it has an extension, which can be neither called nor texted';
const TWO = 'it looks like two numbers; give one';

/** Full-width forms, the digits of any script, and spaces of all kinds as ASCII; without invisible marks. */
const tidied = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Nd}/gu, digit)
    .replace(/[^\S\r\n]|·/g, ' ')
    .trim();

/**
 * A `tel:` URI (RFC 3966) as people would write the number. Its context is a country code and more, or a
 * domain, which means nothing here.
 */
function withoutScheme(text: string): string {
  if (!/^tel:/i.test(text)) return text;
  const [number = '', ...parameters] = text.slice('tel:'.length).split(';');
  const context = parameters.find((parameter) => /^phone-context=\+/i.test(parameter))?.split('=')[1] ?? '';
  return [`${number.startsWith('+') ? '' : context}${number}`, ...parameters].join(';');
}

/** The ten digits of a script are consecutive; a character that is not a digit precedes the first. */
function digit(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return String(value);
}

function faultOf(text: string): string | undefined {
  if (text === '') return 'it is empty';
  const [digits = '', ...parameters] = text.split(';');
  if (parameters.some((parameter) => /^\s*ext=/i.test(parameter))) return EXTENSION;
  if (/\d\s*[([]?\s*(?:ext(?:ension)?|extn|x|int|доб|#)[.:\s]*\d+\W*$/iu.test(digits)) return EXTENSION;
  if (/\p{L}/u.test(digits)) return 'it has letters';
  if (/[\r\n,&|]/.test(digits) || isTwoNumbers(digits)) return TWO;
  return undefined;
}

/**
 * `030/901820` is an area and a number; `901820/21` is two numbers of one house. More than one slash is
 * ambiguous.
 */
function isTwoNumbers(text: string): boolean {
  const parts = text.split('/').map((part) => part.replace(/\D/g, '').length);
  const [before = 0, after = 0] = parts;
  return parts.length > 2 || (parts.length === 2 && (before > MAX_AREA || after < MIN_LOCAL));
}

/** Digits of country and area code together, and of a number within an area, where a slash separates them. */
const MAX_AREA = 7;
const MIN_LOCAL = 5;

/** The number as it is dialled today. */
function currentForm(read: PhoneNumber | string): PhoneNumber | string {
  if (typeof read === 'string') return read;
  const current = inCurrentForm(read.number);
  const reread = current === read.number ? read : parse(current, undefined);
  return typeof reread === 'object' && reread.isPossible() ? reread : read;
}

/** The number, or what is wrong with it. Outside North America and a few other countries `00` means `+`. */
function parse(text: string, home: CountryCode | undefined): PhoneNumber | string {
  const attempt = (written: string) => {
    try {
      return parsePhoneNumberWithError(written.split(';')[0] ?? '', {
        ...(home && { defaultCountry: home }),
        extract: false,
      });
    } catch (error) {
      if (error instanceof ParseError) return error.message;
      throw error;
    }
  };
  const read = attempt(text);
  if (typeof read === 'object' && (read.isPossible() || !/^\(?00/.test(text))) return read;
  if (/^\(?00/.test(text)) {
    const international = attempt(text.replace(/00/, '+'));
    if (typeof international === 'object') return international;
  }
  if (typeof read === 'object') return read;
  if (read === 'INVALID_COUNTRY' && !text.includes('+'))
    return (
      'it does not begin with + and a country’s code, and no country is set that it would belong to ' +
      '(`country` in the settings)'
    );
  if (read === 'INVALID_COUNTRY') return 'it begins with no country’s code';
  return read === 'TOO_SHORT' || read === 'TOO_LONG' ? DIGITS : 'it is not a phone number';
}
