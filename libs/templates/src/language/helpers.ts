import { instantOf, type When, whenOf, zoneFault } from '@herald/domain/time';
import type { HelperName } from './helper-names.ts';
import { isMissing, type Used, type Values } from './values.ts';

/** The reader's time zone and language: the default of each helper. */
export interface Locality {
  /** IANA. */
  readonly zone: string;
  /** BCP 47. */
  readonly locale: string;
}

interface Call {
  readonly used: readonly Used[];
  /** The call's own. */
  readonly site: number;
  readonly values: Values;
  readonly locality: Locality;
}

const STYLES = ['short', 'medium', 'long', 'full'] as const;
const NOTHING: Used = [undefined, -1];
const nth = (call: Call, index: number): Used => call.used[index] ?? NOTHING;
const textOf = (call: Call, index: number): string => call.values.text(nth(call, index));
/**
 * A text made of the first value: both no longer than is sane, as letters may become several (ß, SS; é,
 * %C3%A9).
 */
const madeOf = (call: Call, make: (text: string) => string): string => {
  const [, site] = nth(call, 0);
  return call.values.bounded(make(call.values.bounded(textOf(call, 0), site)), site);
};

/** What each helper does. The number of its values is checked when the template is saved. */
export const helpers: Readonly<Record<HelperName, (call: Call) => unknown>> = {
  upper: (call) => madeOf(call, (text) => text.toUpperCase()),
  lower: (call) => madeOf(call, (text) => text.toLowerCase()),
  capitalize: (call) => madeOf(call, (text) => text.replace(/^./su, (first) => first.toUpperCase())),
  fallback(call) {
    const [value] = nth(call, 0);
    return isMissing(value) || value === '' ? nth(call, 1)[0] : value;
  },
  join(call) {
    const [, site] = nth(call, 0);
    const separator = call.used.length > 1 ? textOf(call, 1) : ', ';
    const items = call.values.list(nth(call, 0), '?? []').map((item) => call.values.text([item, site]));
    const between = separator.length * Math.max(items.length - 1, 0);
    call.values.fits(
      items.reduce((length, item) => length + item.length, between),
      site,
    );
    return items.join(separator);
  },
  date(call) {
    const when = whenGiven(call);
    const given = options(call, 1, ['zone', 'locale', 'style', 'time']);
    checkZone(call, given.zone);
    const { locale = call.locality.locale, zone = call.locality.zone } = given;
    const [style, time] = [styleOf(call, given.style), styleOf(call, given.time)];
    // A day is the same day everywhere, and has no time that could be shown.
    const isDay = when.kind === 'day';
    const shown = isDay
      ? { timeZone: 'UTC', dateStyle: style ?? 'long' }
      : { timeZone: zone, dateStyle: style ?? (time === undefined ? 'long' : undefined), timeStyle: time };
    return formatter(
      call,
      `date ${locale} ${JSON.stringify(shown)}`,
      () => new Intl.DateTimeFormat(locale, shown),
    ).format(instantOf(when, isDay ? 'UTC' : call.locality.zone));
  },
  number(call) {
    const value = call.values.number(nth(call, 0));
    const { locale, digits } = options(call, 1, ['locale', 'digits']);
    const fraction =
      digits === undefined ? {} : { minimumFractionDigits: +digits, maximumFractionDigits: +digits };
    return formatter(
      call,
      `number ${locale} ${digits}`,
      () => new Intl.NumberFormat(locale ?? call.locality.locale, fraction),
    ).format(value);
  },
  currency(call) {
    const value = call.values.number(nth(call, 0));
    const currency = textOf(call, 1);
    const { locale } = options(call, 2, ['locale']);
    return formatter(
      call,
      `currency ${locale} ${currency}`,
      () => new Intl.NumberFormat(locale ?? call.locality.locale, { style: 'currency', currency }),
    ).format(value);
  },
  encode: (call) => madeOf(call, (text) => encodeURIComponent(text.toWellFormed())),
};

/** Refuses an unknown zone; the reason has advice, not the value. */
function checkZone(call: Call, zone: string | undefined): void {
  const wrong = zone === undefined ? undefined : zoneFault(zone);
  if (wrong === undefined) return;
  const advice = wrong.replace(JSON.stringify(zone), 'it');
  throw call.values.fail(call.site, (path) => `${path} has a zone that does not exist: ${advice}`);
}

/** What the first value says about time. */
function whenGiven(call: Call): When {
  const [value, site] = nth(call, 0);
  try {
    return whenOf(typeof value === 'number' ? value : textOf(call, 0));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw call.values.fail(site, (path) => `${path} ${error.message}`);
  }
}

const styleOf = (call: Call, style: string | undefined): (typeof STYLES)[number] | undefined => {
  if (style === undefined) return undefined;
  const known = STYLES.find((name) => name === style);
  if (known === undefined) throw call.values.fail(call.site, () => `a style is one of ${STYLES.join(', ')}`);
  return known;
};

/** The named options of the value at `index`, as texts; those with no value are left out. */
function options<K extends string>(call: Call, index: number, names: readonly K[]): { [P in K]?: string } {
  const [given, site] = nth(call, index);
  if (isMissing(given)) return {};
  if (typeof given !== 'object' || Array.isArray(given))
    throw call.values.fail(site, (path) => `${path} is not a set of options like { ${names[0]}: … }`);
  const found: { [P in K]?: string } = {};
  for (const [name, value] of Object.entries(given)) {
    const known = names.find((candidate) => candidate === name);
    if (known === undefined)
      throw call.values.fail(site, () => `${name} is not an option here: there is ${names.join(', ')}`);
    if (!isMissing(value)) found[known] = call.values.text([value, site]);
  }
  return found;
}

interface Formatter {
  format(value: never): string;
}

/** Making a formatter costs 100 times as much as using it. */
const formatters = new Map<string, Formatter>();
const MAX_FORMATTERS = 500;

function formatter<F extends Formatter>(call: Call, key: string, make: () => F): F {
  const id = `${key} ${call.locality.zone} ${call.locality.locale}`;
  const known = formatters.get(id);
  if (known !== undefined) return known as F;
  try {
    const made = make();
    if (formatters.size >= MAX_FORMATTERS) formatters.clear();
    formatters.set(id, made);
    return made;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw call.values.fail(
      call.site,
      (path) => `${path} has a zone, locale, currency or number of digits that does not exist`,
    );
  }
}
