import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createUtmLinks } from './utm-links.ts';

const links = createUtmLinks({
  utm: { source: 'acme', except: ['docs.example'] },
  parameters: [
    ['utm_source', 'a&b'],
    ['utm_medium', 'email'],
  ],
  publicUrl: 'https://herald.example/',
});
const inHtml = (html: string) => links.mail({ html, text: '' }).html;
const ADDED = 'utm_source=a%26b&utm_medium=email';

test.each([
  ['https://a.example', `https://a.example?${ADDED}`],
  ['https://a.example/p?x=1&y=a%20b+c', `https://a.example/p?x=1&y=a%20b+c&${ADDED}`],
  ['https://a.example/?x=1#top?y', `https://a.example/?x=1&${ADDED}#top?y`],
  ['https://a.example/#/route', `https://a.example/?${ADDED}#/route`],
  ['HTTP://A.example/Path', `HTTP://A.example/Path?${ADDED}`],
  ['https://a.example/?utm_source=own', 'https://a.example/?utm_source=own&utm_medium=email'],
])('%s becomes %s, in HTML and in text', (link, expected) => {
  expect(links.text(`See ${link} now`)).toBe(`See ${expected} now`);
  const html = (href: string) => `<p><a class="x" href="${href.replaceAll('&', '&amp;')}">a</a></p>`;
  expect(inHtml(html(link))).toBe(html(expected));
});

test.each([
  'https://a.example/?utm_source=x&utm_medium=y',
  'https://herald.example/u/token',
  'https://herald.example',
  'https://docs.example/a',
  'https://en.docs.example/',
  'mailto:ada@home.example',
  'tel:+4930',
  '#top',
  '/relative',
  'https://',
  `https://a.example/${'x'.repeat(2_000)}`,
])('%s stays as it is', (link) => {
  expect(inHtml(`<a href="${link}">x</a>`)).toBe(`<a href="${link}">x</a>`);
  expect(links.text(link)).toBe(link);
});

test.each(['https://a.example/p?', 'https://a.example/p?x&amp;'])('the open end of %s is used', (link) => {
  expect(inHtml(`<a href="${link}">x</a>`)).toBe(`<a href="${link}${ADDED.replace('&', '&amp;')}">x</a>`);
});

test('a link ends where a reader would end it', () => {
  expect(links.text('(https://a.example/x), [https://b.example/y]. https://c.example!')).toBe(
    `(https://a.example/x?${ADDED}), [https://b.example/y?${ADDED}]. https://c.example?${ADDED}!`,
  );
});

test('a link that is switched off stays as it is, in the text beside it too', () => {
  const html =
    '<a data-utm="off" href="https://a.example/?x=1&amp;y=2">a</a><a href="https://b.example">b</a>';
  expect(inHtml(html)).toBe(
    `<a data-utm="off" href="https://a.example/?x=1&amp;y=2">a</a>` +
      `<a href="https://b.example?${ADDED.replace('&', '&amp;')}">b</a>`,
  );
  const text = 'a [https://a.example/?x=1&y=2] b [https://b.example]';
  expect(links.mail({ html, text }).text).toBe(
    `a [https://a.example/?x=1&y=2] b [https://b.example?${ADDED}]`,
  );
});

test('once added they are not added again, and nothing but links changes, whatever the text', () => {
  const pieces = [
    'https://a.example',
    'http',
    '://',
    '?',
    '&',
    '#',
    '=',
    '/',
    'x',
    'utm_source',
    ' ',
    '.',
    '(',
    ')',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 20 }), (made) => {
      const text = made.join('');
      const once = links.text(text);
      expect(links.text(once)).toBe(once);
      expect(once.replaceAll(/[?&](utm_source=a%26b|utm_medium=email)|[?&]/g, '')).toBe(
        text.replaceAll(/[?&]/g, ''),
      );
    }),
  );
});
