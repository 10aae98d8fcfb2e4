import { span } from '../clock.ts';
import { addDuration } from '../time/duration.ts';
import type { Hours } from '../time/hours.ts';
import { zoneFault } from '../time/zone.ts';
import type { Cap } from './caps.ts';
import type { Rate } from './rates.ts';

/** What no schema can say about hours: `path` is the field at fault. */
export function hoursFaults({ from, to, zone }: Hours): { path: string; message: string }[] {
  const faults: { path: string; message: string }[] = [];
  if (from === to) faults.push({ path: 'to', message: `is the same as from: these hours never begin` });
  const wrong = zone === undefined || zone === 'prospect' ? undefined : zoneFault(zone);
  if (wrong !== undefined) faults.push({ path: 'zone', message: wrong });
  return faults;
}

/** What is wrong with the `per` of a rate, or undefined. */
export const rateFault = ({ count, per }: Rate): string | undefined => {
  const length = lengthOf(per);
  if (length === undefined) return `"${per}" is not an ISO 8601 duration such as PT1S or PT1M`;
  if (length < span.SECOND || length > span.DAY) return 'must be from PT1S to P1D';
  return count / length > MAX_RATE ? `more than ${MAX_RATE * span.SECOND} a second is no limit` : undefined;
};

/** What is wrong with the `per` of a cap, or undefined. */
export const capFault = ({ per }: Cap): string | undefined => {
  const length = lengthOf(per);
  if (length === undefined) return `"${per}" is not an ISO 8601 duration such as P7D`;
  return length < span.MINUTE || length > MAX_CAP ? 'must be from PT1M to P1Y' : undefined;
};

/** What is wrong with a time over which messages are spread, or undefined. */
export const spreadFault = (spread: string): string | undefined => {
  const length = lengthOf(spread);
  if (length === undefined) return `"${spread}" is not an ISO 8601 duration such as PT15M`;
  return length > span.DAY / 2 ? 'must be at most PT12H' : undefined;
};

/** Calls per ms. */
const MAX_RATE = 100;
const MAX_CAP = 366 * span.DAY;

function lengthOf(per: string): number | undefined {
  try {
    return addDuration(0, per, 'UTC');
  } catch {
    return undefined; // the caller says what is wrong
  }
}
