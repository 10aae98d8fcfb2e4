import { expect, test } from 'vitest';
import { isCountry, phoneNumber, readPhone } from './phone.ts';

test.each([
  ['+44 (0)7946 000999', '+447946000999'],
  ['+4407946000999', '+447946000999'],
  ['+44-7946-000-999', '+447946000999'],
  ['+ 44 7946 000999', '+447946000999'],
  ['0044 7946 000999', '+447946000999'],
  ['00 44 7946 000999', '+447946000999'],
  ['+49 (0)30/901820', '+4930901820'],
  ['+49 30 901820-21', '+493090182021'],
  ['+39 (0)6 1234567', '+39061234567'],
  ['+33 (0)6 12 34 56 78', '+33612345678'],
  ['+1 (415) 555-0101', '+14155550101'],
  ['+1 415.555.0101', '+14155550101'],
  ['tel:+1-415-555-0101', '+14155550101'],
  ['tel:555-0101;phone-context=+1-415', '+14155550101'],
  ['＋４４ ７９４６ ０００９９９', '+447946000999'],
  ['+٤٤ ٧٩٤٦ ٠٠٠٩٩٩', '+447946000999'],
  ['+४४ ७९४६ ०००९९९', '+447946000999'],
  ['\u202a+44\u00a07946\u200b000999\u202c', '+447946000999'],
])('%j is %s wherever one is', (text, number) => {
  expect(readPhone(text)).toEqual({ number });
});

test.each([
  ['07946 000999', 'GB', '+447946000999'],
  ['07946 000999', 'gb', '+447946000999'],
  ['(0)30 901820', 'DE', '+4930901820'],
  ['030/901820', 'DE', '+4930901820'],
  ['(415) 555-0101', 'US', '+14155550101'],
  ['1 415 555 0101', 'US', '+14155550101'],
  ['011 44 7946 000999', 'US', '+447946000999'],
  ['0044 7946 000999', 'US', '+447946000999'],
  ['+44 7946 000999', 'US', '+447946000999'],
  ['06 12 34 56 78', 'FR', '+33612345678'],
])('%j in %s is %s', (text, country, number) => {
  expect(readPhone(text, country)).toEqual({ number });
});

test.each([
  ['+49 30 901820/21', undefined, /two numbers/],
  ['06 12 34 56 78 / 07 12 34 56 78', 'FR', /two numbers/],
  ['+14155550101, +14155550102', undefined, /two numbers/],
  ['+14155550101\n+14155550102', undefined, /two numbers/],
  ['+1 415 555 0100 x12', undefined, /extension/],
  ['+1 415 555 0100 ext. 12', undefined, /extension/],
  ['+1 415 555 0100 #12', undefined, /extension/],
  ['tel:+14155550100;ext=12', undefined, /extension/],
  ['1-800-FLOWERS', 'US', /letters/],
  ['call me', undefined, /letters/],
  ['030 901820', undefined, /no country is set.*`country` in the settings/],
  ['14155550101', undefined, /no country is set/],
  ['12345', 'US', /too few or too many/],
  ['+1415555', undefined, /too few or too many/],
  ['+999 1234567', undefined, /no country’s code/],
  ['*100#', 'DE', /none/],
  ['++44 7946 000999', undefined, /none/],
  [' ', undefined, /empty/],
  ['+'.repeat(100), undefined, /one phone number/],
  [14_155_550_101, undefined, /as text/],
])('%j in %s is refused, and it is said why', (text, country, fault) => {
  expect(readPhone(text, country)).toEqual({ fault: expect.stringMatching(fault) });
  expect(phoneNumber(text, country)).toBeUndefined();
});

test('a number in its form stays as it is', () => {
  for (const number of ['+447946000999', '+14155550101', '+15005550006', '+39061234567', '+5491123456789'])
    expect(phoneNumber(number)).toBe(number);
});

test('a country is one whose numbers are known', () => {
  expect(['GB', 'de', 'XX', 'GBR', ''].map(isCountry)).toEqual([true, true, false, false, false]);
});
