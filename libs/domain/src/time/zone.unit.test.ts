import { expect, test } from 'vitest';
import { isZone, personZone, zoneFault } from './zone.ts';

test.each([
  ...['Europe/Paris', 'America/Argentina/Buenos_Aires', 'europe/paris', 'UTC', 'utc', 'GMT', 'Etc/GMT+5'],
  // Old names that mean one thing.
  ...['US/Pacific', 'Asia/Calcutta', 'GB', 'Japan', 'EST5EDT', 'PST8PDT', 'CET', 'WET', 'HST', 'Zulu'],
])('%s is a zone', (name) => {
  expect(zoneFault(name)).toBeUndefined();
});

test.each([
  ['PST', 'write America/Los_Angeles or Asia/Manila'],
  ['pdt', 'write America/Los_Angeles'],
  ['BST', 'write Europe/London or Asia/Dhaka'],
  ['IST', 'write Asia/Kolkata, Europe/Dublin or Asia/Jerusalem'],
  ['CST', 'write America/Chicago, Asia/Shanghai or America/Havana'],
  ['EST', 'write America/New_York or America/Panama'],
  ['MST', 'write America/Denver or America/Phoenix'],
  ['AEST', 'write Australia/Sydney or Australia/Brisbane'],
  ['JST', 'write Asia/Tokyo'],
  ['Pacific Standard Time', 'write America/Los_Angeles'],
  ['America/New York', 'write America/New_York'],
  ['new york', 'write America/New_York'],
  ['Paris', 'write Europe/Paris'],
  ['+05:30', 'an offset does not say when the clocks change'],
  ['-0800', 'Etc/GMT+8 is this offset all year round'],
  ['GMT+5', 'Etc/GMT-5 is this offset all year round'],
  ['UTC-3', 'Etc/GMT+3 is this offset all year round'],
  ['Z', 'write UTC'],
  ['Europe/Atlantis', 'is no IANA time zone such as Europe/Paris'],
  ['Europe/Paris ', 'is no IANA time zone: write Europe/Paris'],
  ['2027-03-01T00:00Z', 'is no IANA time zone'],
  ['../../etc/localtime', 'is no IANA time zone'],
  ['Factory', 'is no IANA time zone'],
  ['prospect', 'is no IANA time zone'],
  ['', 'is no IANA time zone'],
  ['x'.repeat(65), 'must be an IANA time zone'],
  [5, 'must be an IANA time zone'],
  [null, 'must be an IANA time zone'],
  [['UTC'], 'must be an IANA time zone'],
])('%s is no zone, and the fault says what to write', (name, advice) => {
  expect(isZone(name)).toBe(false);
  expect(zoneFault(name)).toContain(advice);
});

test.each([
  ['Asia/Tokyo', 'Asia/Tokyo'],
  ['PST', 'Europe/Paris'],
  [undefined, 'Europe/Paris'],
  [null, 'Europe/Paris'],
])(
  'a person whose timezone is %s goes by the clocks of %s, where the workspace is in Paris',
  (timezone, zone) => {
    expect(personZone({ timezone }, 'Europe/Paris')).toBe(zone);
  },
);
