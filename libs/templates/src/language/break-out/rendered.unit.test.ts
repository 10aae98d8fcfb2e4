// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates under test hold them
import { afterAll, describe, expect, test } from 'vitest';
import { createRenderer } from '../../rendering/renderer.ts';
import { data } from './data.ts';

/** What no check can see beforehand ends in the thread that renders, and there alone. */
describe('is bounded when it is rendered', () => {
  const renderer = createRenderer({ timeLimit: 300, threads: 1, sizeLimit: 20_000 });
  afterAll(() => renderer.close());
  const many = Array.from({ length: 3_000 }, (_, n) => n);
  const long = 'x'.repeat(900_000);
  const nested = (depth: number): unknown => (depth === 0 ? 'end' : { a: nested(depth - 1) });
  const say = (html: string, event: unknown = {}, partials = {}): Promise<string> =>
    renderer
      .render({
        ...{ workspace: 'acme', template: `t@${Math.random()}`, locality: { zone: 'UTC', locale: 'en' } },
        sources: { subject: 's', html, partials },
        data: { ...data, event: { data: event } },
      })
      .then(
        ({ html: rendered }) => `rendered: ${rendered}`,
        (error: Error) => error.message,
      );
  const loop = (inner: string, times = 3): string =>
    times === 0
      ? inner
      : `<% for (const x${times} of it.event.data.many) { %>${loop(inner, times - 1)}<% } %>`;

  test.each<[string, string, unknown, RegExp]>([
    ['loops in loops', loop(''), { many }, /it takes longer than 300 ms/],
    ['loops that compare', loop('<% if (x1 < x2) { } %>'), { many }, /it takes longer than 300 ms/],
    [
      'output without end',
      loop('<%= it.event.data.long %>', 1),
      { many, long: long.slice(0, 9_000) },
      /longer than 20000 characters/,
    ],
    [
      'a text added to itself',
      `<% const a = it.event.data.long + it.event.data.long %>`,
      { long },
      /longer than 1000000 characters/,
    ],
    [
      'a text joined of many',
      '<%= join(it.event.data.list, it.event.data.long) %>',
      { list: [1, 2, 3], long },
      /longer than 1000000 characters/,
    ],
    [
      'a text joined of one, named many times',
      `<% const s = it.event.data.long %><%= join([${'s,'.repeat(700)}], "") %>`,
      { long },
      /longer than 1000000 characters/,
    ],
    [
      'a text joined by a long one',
      `<% const s = it.event.data.long %><%= join([${'1,'.repeat(700)}], s) %>`,
      { long },
      /longer than 1000000 characters/,
    ],
    [
      'a text that grows as it is encoded',
      '<% const s = encode(it.event.data.long) %>',
      { long: '%'.repeat(900_000) },
      /longer than 1000000 characters/,
    ],
    [
      'a text that grows in capital letters',
      '<% const s = upper(it.event.data.long) %>',
      { long: 'ß'.repeat(900_000) },
      /longer than 1000000 characters/,
    ],
    [
      'an interpolation of long texts',
      '<% const a = `${it.event.data.long}${it.event.data.long}` %>',
      { long },
      /longer than 1000000 characters/,
    ],
    ['a number of endless digits', '<%= number(1, { digits: 1e9 }) %>', {}, /does not exist/],
    ['a power without end', '<%= 9 ** 999 %>', {}, /not a finite number/],
    ['a zone that is a path', '<%= date(2e9, { zone: "../../etc/localtime" }) %>', {}, /no IANA time zone/],
    ['a zone without end', '<%= date(2e9, { zone: it.event.data.long }) %>', { long }, /does not exist/],
    [
      'data that is nested deeply',
      '<%= it.event.data.a.a.a ?? "deep" %>',
      nested(2_000),
      /^html line 1: .* not a text|rendered: deep/,
    ],
    [
      'a prototype in data',
      '<%= it.event.data.isAdmin ?? "no" %>',
      JSON.parse('{ "__proto__": { "isAdmin": "yes" } }'),
      /^rendered: no$/,
    ],
    [
      'a toString in data',
      '<%= it.event.data.o %>',
      JSON.parse('{ "o": { "toString": "x", "valueOf": 1 } }'),
      /is not a text/,
    ],
    [
      'markup in data',
      '<p><%= it.event.data.s %></p>',
      { s: '<script>alert(1)</script><%= 1 %>' },
      /^rendered: <p>&lt;script&gt;alert\(1\)&lt;\/script&gt;&lt;%= 1 %&gt;<\/p>$/,
    ],
    [
      'a script in a link',
      '<a href="<%= it.event.data.u %>">x</a>',
      { u: 'javascript:alert(1)' },
      /is not a link that may be sent/,
    ],
  ])('%s', async (_what, html, event, expected) => {
    expect(await say(html, event)).toMatch(expected);
    expect(await say('still here')).toBe('rendered: still here');
  });

  test('partials in a loop are bounded by the length of what they make', async () => {
    const partials = { a: { html: 'x'.repeat(5_000) } };
    expect(await say(loop('<%~ partial("a") %>', 1), { many }, partials)).toMatch(
      /longer than 20000 characters/,
    );
  });

  test('partials that would take in each other are refused also when they come to be rendered', async () => {
    const partials = { a: { html: '<%~ partial("b") %>' }, b: { html: '<%~ partial("a") %>' } };
    expect(await say('<%~ partial("a") %>', {}, partials)).toBe(
      'partial.a.html line 1: a partial cannot be taken in here',
    );
  });

  test('a partial’s fault is reported with its own line', async () => {
    const partials = { a: { html: '\n\n<%= it.event.data.gone %>' } };
    expect(await say('<%~ partial("a") %>', {}, partials)).toMatch(
      /^partial\.a\.html line 3: event\.data\.gone has no value/,
    );
  });
});
