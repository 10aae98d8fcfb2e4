import fc from 'fast-check';
import { expect, test } from 'vitest';
import { trackHtml } from './track-html.ts';

const targets: string[] = [];
const linkTo = (target: string): string => `https://herald.example/t/${targets.push(target)}`;
const track = (html: string): { html: string; targets: string[] } => {
  targets.length = 0;
  return { html: trackHtml(html, { linkTo }), targets: [...targets] };
};

test('links of every form are tracked, each with its target', () => {
  const { html, targets: found } = track(
    `<p>Hi<A class=x HREF='https://a.example/?x=1&amp;y=2'>a</A> <a\nhref = https://b.example/p ` +
      'target=_blank>b</a><a href="HTTPS://C.example">c</a></p>',
  );
  expect(found).toEqual(['https://a.example/?x=1&y=2', 'https://b.example/p', 'https://c.example/']);
  expect(html).toBe(
    `<p>Hi<A class=x HREF="https://herald.example/t/1">a</A> <a\nhref = "https://herald.example/t/2" ` +
      'target=_blank>b</a><a href="https://herald.example/t/3">c</a></p>',
  );
});

test.each([
  ['https://a.example/gr&uuml;n', 'https://a.example/gr%C3%BCn'],
  ['https://a.example/gr&#252;n?x=&#xFC;', 'https://a.example/gr%C3%BCn?x=%C3%BC'],
  ['https://gr&uuml;n.example/', 'https://xn--grn-ioa.example/'],
  ['https://a.example/?a=1&amp;b=2&AMP;c=3', 'https://a.example/?a=1&b=2&c=3'],
  // By the HTML specification a name without a semicolon is none before `=` or a letter in an attribute.
  ['https://a.example/?a=1&copy=2&regional=3', 'https://a.example/?a=1&copy=2&regional=3'],
  ['https://a.example/?q=&copy', 'https://a.example/?q=%C2%A9'],
  ['https://a.example/?a&lt;b&notit;', 'https://a.example/?a%3Cb&notit;'],
  ['https&colon;&sol;&sol;a.example&sol;&num;top', 'https://a.example/#top'],
  [' https://a.exam\nple/p\t ', 'https://a.example/p'],
  ['https://a.example/?x=&amp;amp;', 'https://a.example/?x=&amp;'],
])('a link is read as browsers do: %j', (href, target) => {
  for (const html of [
    `<a href="${href}">a</a>`,
    `<A HREF='${href}'>a</A>`,
    `<area shape=rect href="${href}">`,
  ])
    expect(track(html).targets).toEqual([target]);
});

test.each([
  '<iframe><a href="https://a.example"></iframe><noembed><a href="https://a.example"></noembed>',
  '<base href="https://a.example/"><a href="page.html">p</a><form action="https://a.example"></form>',
  '<a href="mailto:a@b.example">m</a><a href="tel:+1">t</a><a href="#top">u</a><a name=x>n</a>',
  '<a href="javascript:alert(1)">x</a><a href="//b.example">y</a><a href="https://">z</a>',
  '<a data-track="off" href="https://a.example">a</a>',
  '<!--[if mso]><a href="https://a.example">a</a><![endif]--><link href="https://a.example/x.css">',
  '<style>a::after { content: \'<a href="https://a.example">\' }</style><title><a ' +
    'href="https://a.example"></title>',
  `<a href="https://a.example/${'x'.repeat(2_000)}">long</a>`,
  '1 < 2 and <a title="<a href=https://a.example',
])('what is no web link, or opts out of tracking, stays: %s', (html) => {
  expect(track(html)).toEqual({ html, targets: [] });
});

test('a picture stands before the end of the body, or at the end', () => {
  const picture = 'https://herald.example/t/p';
  expect(trackHtml('<html><BODY>x</BODY></html>', { picture })).toMatch(
    /^<html><BODY>x<img src="https:\/\/herald.example\/t\/p"[^>]*><\/BODY><\/html>$/,
  );
  expect(trackHtml('x', { picture })).toMatch(/^x<img /);
});

test('a picture stands there also after letters that are longer in lower case', () => {
  const picture = 'https://herald.example/t/p';
  const html = `<html><body>${'İ'.repeat(9)}</body >x</BODY></html>`;
  const tracked = trackHtml(html, { picture });
  expect(tracked.replace(/<img [^>]*>/, '')).toBe(html);
  expect(tracked).toMatch(/<\/body >x<img [^>]*><\/BODY><\/html>$/);
});

test('nothing but links changes, whatever the text', () => {
  const piece = fc.constantFrom(
    '<a ',
    'href=',
    '"',
    "'",
    '>',
    '<',
    '/',
    '=',
    'https://a.example',
    '<!--',
    '-->',
    '<style>',
    '</style>',
    ' ',
    'x',
    '</a>',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const html = pieces.join('');
      const changed = trackHtml(html, { linkTo: (target) => target });
      expect(changed.replace(/["'/ ]/g, '')).toBe(html.replace(/["'/ ]/g, ''));
    }),
  );
});

test('takes time in proportion to the text, however broken', () => {
  const started = process.cpuUsage();
  for (const broken of ['<a href="', '<a ', '<!--', '<style>', '<a href=x ', '</body', '<a ="'])
    trackHtml(broken.repeat(100_000), { linkTo, picture: 'p' });
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(5_000);
});
