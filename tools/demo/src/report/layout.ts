/** The width of the report, in characters. */
export const WIDTH = 100;

/** Breaks text into lines of at most `width` characters, at spaces where there are any. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    for (const part of word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []) {
      if (line !== '' && line.length + 1 + part.length > width) {
        lines.push(line);
        line = part;
      } else line = line === '' ? part : `${line} ${part}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}

const zoned = new Map<string, Intl.DateTimeFormat>();

/** `Thu 22 Oct 09:00`, in the zone. */
export function localTime(instant: string | number, timeZone: string): string {
  let format = zoned.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      day: '2-digit',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
    });
    zoned.set(timeZone, format);
  }
  return format.format(new Date(instant)).replaceAll(',', '');
}

/** The instants in a text, as `localTime` shows them. */
export const withLocalTimes = (text: string, timeZone: string): string =>
  text.replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g, (instant) => localTime(instant, timeZone));

/** How many there are of each, the most frequent first. */
export function counted(items: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
