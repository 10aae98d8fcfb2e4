import { expect, test } from 'vitest';
import { isCountry, phoneNumber, readPhone } from './phone.ts';
import { formsOf } from './renumbered.ts';

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
  // Old forms, which people and networks still use.
  ['+5215512345678', '+525512345678'],
  ['+52 1 55 1234 5678', '+525512345678'],
  ['0052 1 55 1234 5678', '+525512345678'],
  ['+52 044 55 1234 5678', '+525512345678'],
  ['+52 55 1234 5678', '+525512345678'],
  ['+54 11 15 2345-6789', '+5491123456789'],
  ['+54 9 11 15 2345-6789', '+5491123456789'],
  ['+54 9 387 15 456-7890', '+5493874567890'],
  ['+54 9 11 2345-6789', '+5491123456789'],
  ['+54 11 2345-6789', '+541123456789'],
  ['+55 11 8765-4321', '+5511987654321'],
  ['+55 11 98765-4321', '+5511987654321'],
  ['+55 11 3765-4321', '+551137654321'],
  ['+55 800 765 4321', '+558007654321'],
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
  ['55 1234 5678', 'MX', '+525512345678'],
  ['044 55 1234 5678', 'MX', '+525512345678'],
  ['045 55 1234 5678', 'MX', '+525512345678'],
  ['01 55 1234 5678', 'MX', '+525512345678'],
  ['1 55 1234 5678', 'MX', '+525512345678'],
  ['011 15 2345-6789', 'AR', '+5491123456789'],
  ['9 11 15 2345-6789', 'AR', '+5491123456789'],
  ['(11) 8765-4321', 'BR', '+5511987654321'],
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
  ['*100#', 'DE', /not a phone number/],
  ['++44 7946 000999', undefined, /not a phone number/],
  [' ', undefined, /empty/],
  ['+'.repeat(100), undefined, /one phone number/],
  [14_155_550_101, undefined, /as text/],
])('%j in %s is refused, with the reason', (text, country, fault) => {
  expect(readPhone(text, country)).toEqual({ fault: expect.stringMatching(fault) });
  expect(phoneNumber(text, country)).toBeUndefined();
});

test('a number in its normal form stays as it is', () => {
  for (const number of ['+447946000999', '+14155550101', '+15005550006', '+39061234567', '+5491123456789'])
    expect(phoneNumber(number)).toBe(number);
});

test('a country is accepted if its numbering plan is known', () => {
  expect(['GB', 'de', 'XX', 'GBR', ''].map(isCountry)).toEqual([true, true, false, false, false]);
});

test.each([
  ['+5491123456789', ['+5491123456789', '+541123456789']],
  ['+541123456789', ['+541123456789', '+5491123456789']],
  ['+525512345678', ['+525512345678']],
  ['+14155550101', ['+14155550101']],
])('a phone that writes from %s may have been written to at %j', (number, forms) => {
  expect(formsOf(number)).toEqual(forms);
});
