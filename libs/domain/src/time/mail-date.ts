import type { Instant } from '../clock.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MAIL_DATE = new RegExp(
  `^(?:(?<weekday>${DAYS.join('|')}), )?` +
    String.raw`(?<day>\d{1,2}) (?<month>${MONTHS.join('|')}) (?<year>\d{4}) ` +
    String.raw`(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d)(?::(?<second>[0-5]\d))? ` +
    String.raw`(?:GMT|UTC|(?<sign>[+-])(?<ahead>[01]\d|2[0-3])(?<aheadMinutes>[0-5]\d))$`,
);

/**
 * The instant of a date as mail (RFC 5322) and HTTP (RFC 9110) write it: `Tue, 31 Aug 2010 20:36:28 +0000`.
 * Undefined for every other form, for a day that the calendar lacks and for a weekday that is not that day's.
 */
export function mailDate(text: string): Instant | undefined {
  const fields = MAIL_DATE.exec(text.trim())?.groups;
  if (fields === undefined) return undefined;
  const {
    weekday,
    day,
    month = '',
    year,
    hour,
    minute,
    second = '0',
    sign,
    ahead = '0',
    aheadMinutes = '0',
  } = fields;
  const local = Date.UTC(
    ...[Number(year), MONTHS.indexOf(month), Number(day)],
    ...[Number(hour), Number(minute), Number(second)],
  );
  const shown = new Date(local);
  if (shown.getUTCDate() !== Number(day)) return undefined;
  if (weekday !== undefined && DAYS[shown.getUTCDay()] !== weekday) return undefined;
  return local - (sign === '-' ? -1 : 1) * (Number(ahead) * 60 + Number(aheadMinutes)) * 60_000;
}
