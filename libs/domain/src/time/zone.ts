import { Temporal } from 'temporal-polyfill';
import { zonesMeant } from './zones-meant.ts';

/** No name in the time zone database is longer. */
const MAX_LENGTH = 64;
const NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)+$/;

/**
 * The names of the database without a `/` that mean one thing to everybody. EST and MST are in it too, as
 * fixed offsets: few who write them mean to leave out daylight saving.
 */
const SHORT_NAMES: ReadonlySet<string> = new Set(
  `CET CST6CDT CUBA EET EGYPT EIRE EST5EDT GB GB-EIRE GMT GMT+0 GMT-0 GMT0 GREENWICH HONGKONG HST ICELAND IRAN
  ISRAEL JAMAICA JAPAN KWAJALEIN LIBYA MET MST7MDT NAVAJO NZ NZ-CHAT POLAND PORTUGAL PRC PST8PDT ROC ROK
  SINGAPORE TURKEY UCT UNIVERSAL UTC W-SU WET ZULU`.split(/\s+/),
);

const known = new Map<string, boolean>();
const MAX_KNOWN = 2_000;

/**
 * Whether this names a time zone of the IANA database, old names and any case included. Refused are
 * abbreviations that stand for several zones (CST, IST) or leave out daylight saving (EST), and bare offsets
 * (+02:00): `zoneFault` says why.
 */
export function isZone(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return false;
  const before = known.get(value);
  if (before !== undefined) return before;
  const found = (NAME.test(value) || SHORT_NAMES.has(value.toUpperCase())) && isInDatabase(value);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(value, found);
  return found;
}

function isInDatabase(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false; // a RangeError is how Temporal says that there is no such zone
  }
}

/** The IANA zone whose clocks a person goes by: the trait `timezone`, else `otherwise`, the workspace's. */
export const personZone = (traits: { readonly timezone?: unknown }, otherwise: string): string =>
  isZone(traits.timezone) ? traits.timezone : otherwise;

/** Why this is no time zone and what to write instead; undefined where it is one. */
export function zoneFault(value: unknown): string | undefined {
  if (isZone(value)) return undefined;
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return `must be an IANA time zone ${EXAMPLE}`;
  const wrong = `${JSON.stringify(value)} is no IANA time zone`;
  const name = value.trim();
  if (/^z$/i.test(name)) return `${wrong}: write UTC`;
  const offset = /^(?:GMT|UTC)?\s*([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(name);
  if (offset !== null) {
    const [, sign, hours, minutes = '00'] = offset;
    // The database counts westwards: Etc/GMT-5 is five hours ahead of UTC.
    const fixed = `Etc/GMT${sign === '+' ? '-' : '+'}${Number(hours)}`;
    const instead = minutes === '00' && isZone(fixed) ? `; ${fixed} is this offset all year round` : '';
    return `${wrong}: an offset does not say when the clocks change${instead}`;
  }
  const meant = zonesMeant(name).filter(isZone);
  return meant.length === 0 ? `${wrong} ${EXAMPLE}` : `${wrong}: write ${listed(meant)}`;
}

const EXAMPLE = 'such as Europe/Paris';

const listed = (names: readonly string[]): string =>
  names.length === 1 ? String(names[0]) : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
