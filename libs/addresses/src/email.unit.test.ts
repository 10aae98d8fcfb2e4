import { expect, test } from 'vitest';
import { emailAddress, isHeaderSafe, parseMailbox, readEmail } from './email.ts';

test.each([
  'ada@home.example',
  ' ada@home.example ',
  "o'brien+tag@sub.home.example",
  'a@b-c.d1.example',
  `${'a'.repeat(64)}@home.example`,
  'ada@xn--mller-kva.example',
])('%s is one address', (text) => {
  expect(emailAddress(text)).toBe(text.trim());
});

test.each([
  ['jürgen@müller.example', 'jürgen@xn--mller-kva.example', 'jürgen@müller.example'],
  ['ada@💩.la', 'ada@xn--ls8h.la', 'ada@💩.la'],
  ['\u00a0ada@home.example\u200b', 'ada@home.example', 'ada@home.example'],
  ['ju\u0308rgen@home.example', 'jürgen@home.example', 'jürgen@home.example'],
])('%j is normalised to %s and kept as %s', (text, address, written) => {
  expect(readEmail(text)).toEqual({ address, written });
});

test.each([
  ['ada@example', /no dot/],
  [`${'a'.repeat(65)}@home.example`, /64 octets/],
  [`${'ü'.repeat(33)}@home.example`, /64 octets/],
  ['"ada"@home.example', /quotes/],
  ['Ada <ada@home.example>', /without a name/],
  ['mailto:ada@home.example', /without mailto:/],
  ['ada@[127.0.0.1]', /IP address/],
  ['a..b@home.example', /dot/],
  ['a\u200bb@home.example', /invisible character/],
  ['ada@home.example.', /domain/],
])('the reason why %j is not an address is given', (text, fault) => {
  expect(readEmail(text)).toEqual({ fault: expect.stringMatching(fault) });
});

test.each([
  '',
  'ada',
  'ada@127.0.0.1',
  'ada@0x7f.1',
  'ada@home.123',
  'ada@exa%6dple.com',
  'ada@a:80.example',
  'ada@a.b/c.example',
  'ada@xn--zz--.example',
  'ada@a_b.example',
  'ada@home',
  '@home.example',
  'ada@',
  'a b@home.example',
  'a@b@home.example',
  'ada@home..example',
  'ada@-home.example',
  '.ada@home.example',
  'ada@home.example, bob@home.example',
  'ada@home.example;bob@home.example',
  'Ada <ada@home.example>',
  '"ada"@home.example',
  'ada(note)@home.example',
  'ada@[127.0.0.1]',
  'ada@home.example\r\nBcc: bob@home.example',
  'ada\n@home.example',
  'ada@home.example\0',
  'ada\u200b@home.example',
  `${'a'.repeat(65)}@home.example`,
  `a@${'b.'.repeat(130)}example`,
])('%j is not', (text) => {
  expect(emailAddress(text)).toBeUndefined();
});

test.each([[undefined], [null], [5], [['ada@home.example']], [{ address: 'ada@home.example' }]])(
  '%j is not',
  (value) => {
    expect(emailAddress(value)).toBeUndefined();
  },
);

test('a hostile text costs no more than its length', () => {
  const started = process.cpuUsage();
  for (const text of ['a.'.repeat(120), `a@${'a-'.repeat(120)}`, `a@${'a.'.repeat(120)}`, 'a'.repeat(254)])
    emailAddress(text);
  for (const text of ['<'.repeat(100_000), ' '.repeat(100_000), `"${' '.repeat(100_000)}`])
    parseMailbox(text);
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(500);
});

test('a mailbox is an address with or without a name', () => {
  expect(parseMailbox('news@acme.example')).toEqual({ email: 'news@acme.example' });
  expect(parseMailbox('Acme <news@acme.example>')).toEqual({ email: 'news@acme.example', name: 'Acme' });
  expect(parseMailbox('"Acme, Inc." <news@acme.example>')).toEqual({
    email: 'news@acme.example',
    name: 'Acme, Inc.',
  });
  for (const text of ['', 'Acme', 'Acme <x>', 'A\r\nB <news@acme.example>', '<a@b.example> <c@d.example>'])
    expect(parseMailbox(text)).toBeUndefined();
});

test('no control character, line end or half character is safe in a header', () => {
  expect(isHeaderSafe('Grüße, Ada 👋')).toBe(true);
  for (const bad of ['\r', '\n', '\0', '\t', '\u007f', '\u0085', '\u2028', '\ud800'])
    expect(isHeaderSafe(`a${bad}b`)).toBe(false);
});
