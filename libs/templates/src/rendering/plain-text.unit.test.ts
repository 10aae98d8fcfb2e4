import { expect, test } from 'vitest';
import { plainText } from './plain-text.ts';

test('data in a table keeps its rows and columns', () => {
  const html = `<p>Thanks!</p><table><thead><tr><th>Item</th><th>Qty</th><th>Price</th></tr></thead>
    <tbody><tr><td>Tea &amp; more</td><td></td><td>24.00</td></tr><tr><td>Cup</td><td>12</td><td>8.50</td></tr></tbody></table><p>Bye</p>`;
  expect(plainText(html)).toBe(
    'Thanks!\n\nItem        Qty  Price\nTea & more       24.00\nCup         12   8.50\n\nBye',
  );
});

test('a table without a head, and its caption, are read the same way', () => {
  const html =
    '<table><caption>Your ' +
    'order</caption><tr><td>Total</td><td>24.00</td></tr><tr><td>Tax</td><td>4.00</td></tr></table>';
  expect(plainText(html)).toBe('Your order\n\nTotal  24.00\nTax    4.00');
});

test('values that are too wide for columns stand beside each other, a row a line', () => {
  const link = `<a href="https://shop.example/${'x'.repeat(60)}">Tea</a>`;
  const text = plainText(
    `<table><tr><th>Item</th><th>Price</th></tr><tr><td>${link}</td><td>24.00</td></tr></table>`,
  );
  expect(text).toContain('Item | Price\n');
  expect(text).toMatch(/\| 24\.00$/);
});

test('a layout made of tables reads as if there were none', () => {
  const html = `<body><table role="presentation" width="100%"><tr><td width="20"></td><td>
      <table><tr><td><img src="x.png" alt="Acme"></td></tr><tr><td><h1>Hello</h1><p>Dear Ada,<br>welcome.</p></td></tr></table>
      <table><tr><td><p>Left</p></td><td><p>Right</p></td></tr></table>
      <table role="none"><tr><td><a href="https://a.example">Home</a></td><td>&nbsp;</td><td>Help</td></tr></table>
    </td></tr></table></body>`;
  expect(plainText(html)).toBe(
    'Acme\n\nHello\n\nDear Ada,\nwelcome.\n\nLeft\n\nRight\n\nHome [https://a.example] | Help',
  );
});

test('pictures are their words, and a picture in a link is the link', () => {
  expect(plainText('<img src="a.png" alt="Acme"> <img src="b.png" alt=""><img src="c.png">')).toBe('Acme');
  expect(plainText('<a href="https://a.example/go"><img src="b.png" alt="Start now"></a>')).toBe(
    'Start now [https://a.example/go]',
  );
});

test('what is hidden is not read, and neither are styles, scripts and comments', () => {
  const html = `<head><title>t</title><style>p{}</style></head><body><!-- c --><!--[if mso]>m<![endif]-->
    <div style="display:none;max-height:0">Teaser&#847;&zwnj;&nbsp;</div><span style="DISPLAY: NONE">x</span><p hidden>y</p><p>Seen</p><script>1</script></body>`;
  expect(plainText(html)).toBe('Seen');
});

test('lists, headings, quotes, code, rules and entities are as one writes them', () => {
  const html =
    '<h2>Plan</h2><ul><li>One</li><li>Two &ndash; &uuml;</li></ul><ol><li>A</li><li>B</li></ol><pre>a  ' +
    'b\n  c</pre><p>1&nbsp;&euro; &lt; 2&shy;</p>';
  expect(plainText(html)).toBe('Plan\n\n * One\n * Two – ü\n\n 1. A\n 2. B\n\na  b\n  c\n\n1 € < 2');
});

test('elements nested without end cost no more than their number', () => {
  for (const [open, close] of [
    ['<span>', '</span>'],
    ['<table><tr><td>', '</td></tr></table>'],
  ] as const)
    expect(() =>
      plainText(`<table><tr><td>${open.repeat(2_000)}x${close.repeat(2_000)}</td><td>y</td></tr></table>`),
    ).not.toThrow();
});

test('the title of a page is no part of its text, with a body or without', () => {
  expect(plainText('<title>Your cart</title><p>Hello</p>')).toBe('Hello');
  expect(plainText('<html><head><title>Your cart</title></head><body><p>Hello</p></body></html>')).toBe(
    'Hello',
  );
});
