// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates under test hold them
import { afterAll, describe, expect, test } from 'vitest';
import { createRenderer } from '../rendering/renderer.ts';
import { compileTemplate } from './compile.ts';
import { TemplateFault } from './fault.ts';

/** What must never be reached. */
const GLOBAL = globalThis as { escaped?: unknown };

const data = JSON.parse(`{
  "prospect": { "id": "p", "traits": {
    "name": "Ada", "key": "constructor", "list": [1, 2], "__proto__": { "polluted": "yes" },
    "constructor": { "constructor": "own" }, "toString": "own" } },
  "company": {}, "campaign": {}, "event": { "data": {} }, "enrollment": {}, "message": {}, "links": {}
}`);

const attempt = (source: string, html = true, partials = false): string => {
  try {
    const render = compileTemplate(source, { html, layout: false, partials });
    return `rendered: ${render({ data, locality: { zone: 'UTC', locale: 'en' }, limit: 100_000 })}`;
  } catch (error) {
    if (error instanceof TemplateFault) return `refused: ${error.message}`;
    throw error;
  }
};

const CODE = "globalThis.escaped = 'yes'";

describe('is refused when the template is compiled', () => {
  test.each([
    // Ways to a constructor.
    [`<%= it.constructor.constructor("${CODE}")() %>`],
    [`<%= it["constructor"]["constructor"]("${CODE}")() %>`],
    [`<%= it['con' + 'structor'] %>`],
    [`<%= it.prospect.traits[\`constructor\`] %>`],
    [`<%= it.prospect.traits['con\\x73tructor'] %>`],
    [`<%= it.prospect.traits["\\u0063onstructor"] %>`],
    [`<%= it.prospect.traits.\\u0063onstructor %>`],
    [`<%= it.prospect.traits.\\u{63}onstructor %>`],
    [`<%= it?.constructor?.constructor?.("${CODE}") %>`],
    [`<%= it.prospect?.["constructor"] %>`],
    [`<%= "".constructor %>`],
    [`<%= "".sub.constructor("${CODE}")() %>`],
    [`<%= (0).constructor %>`],
    [`<%= [].constructor %>`],
    [`<%= [].map.constructor("${CODE}")() %>`],
    [`<%= ({}).constructor %>`],
    [`<%= true.constructor %>`],
    [`<%= \`\`.constructor %>`],
    [`<%= it.prospect.traits.__proto__ %>`],
    [`<%= it.prospect.traits["__proto__"] %>`],
    [`<%= it.prospect.traits.__defineGetter__ %>`],
    [`<%= it.prospect.traits.__lookupGetter__ %>`],
    [`<%= it.prospect.traits.toString %>`],
    [`<%= it.prospect.traits.valueOf %>`],
    [`<%= it.prospect.traits.hasOwnProperty %>`],
    [`<%= it.prospect.traits[it.prospect.traits.key] %>`],
    [`<%= it.prospect.traits[["constructor"]] %>`],
    [`<%= it.prospect.traits[{ toString: 1 }] %>`],
    [`<%= it.prospect.traits[-1] %>`],
    [`<%= it.prospect.traits[1.5] %>`],
    [`<%= it.prospect.traits[1n] %>`],
    [`<%= it.prospect.traits[null] %>`],
    // Names that are not ours to give.
    ['<%= process.env.PATH %>'],
    ['<%= globalThis %>'],
    ['<%= global %>'],
    ['<%= require("fs") %>'],
    ['<%= Function("1")() %>'],
    ['<%= eval("1") %>'],
    ['<%= Object %>'],
    ['<%= Reflect.get(it, "x") %>'],
    ['<%= Symbol.iterator %>'],
    ['<%= options %>'],
    ['<%= __eta %>'],
    ['<%= __eta.res %>'],
    ['<%= $ %>'],
    ['<%= $.it %>'],
    ['<%= v_it %>'],
    ['<%= arguments %>'],
    ['<%= arguments[0] %>'],
    ['<%= this %>'],
    ['<%= this.constructor %>'],
    ['<%= new.target %>'],
    ['<%= import.meta.url %>'],
    ['<%= import("node:fs") %>'],
    ['<%= super.x %>'],
    ['<%= NaN %>'],
    ['<%= upper %>'],
    ['<% const f = upper %>'],
    ['<%= upper.constructor %>'],
    // Eta's own functions.
    ['<%= include("/etc/passwd") %>'],
    ['<%~ include("/etc/passwd") %>'],
    ['<%~ await includeAsync("/etc/passwd") %>'],
    ['<% layout("/etc/passwd") %>'],
    ['<% output("x") %>'],
    ['<%= capture(() => {}) %>'],
    ['<%= block("x") %>'],
    // Calls.
    ['<%= it.prospect.traits.name.repeat(9) %>'],
    ['<%= "x".padEnd(1e9) %>'],
    ['<%= it.prospect.traits.list.join() %>'],
    ['<%= it.prospect.traits.name.padStart(1e9) %>'],
    ['<%= "x".repeat(1e9) %>'],
    ['<%= it?.prospect?.traits?.list?.map?.((x) => x) %>'],
    ['<%= it.prospect.traits?.["__proto__"] %>'],
    ['<%= it.prospect.traits.__lookupSetter__ %>'],
    ['<%= it[Symbol.iterator] %>'],
    ['<%= it.prospect[Symbol.toPrimitive] %>'],
    ['<%= String.raw`x` %>'],
    ['<%= it.prospect.constructor`x` %>'],
    ['<%= async () => 1 %>'],
    ['<% async function f() {} %>'],
    ['<% function* f() {} %>'],
    ['<%= it.prospect.traits.list.at(0) %>'],
    ['<%= JSON.parse("{}") %>'],
    ['<%= fetch("http://169.254.169.254/") %>'],
    ['<%= WebAssembly %>'],
    ['<%= structuredClone(it) %>'],
    ['<%= it() %>'],
    ['<%= upper?.("a") %>'],
    ['<%= (upper)("a") %>'],
    ['<%= (0, upper)("a") %>'],
    ['<%= upper.call(null, "a") %>'],
    ['<%= upper("a")("b") %>'],
    ['<%= upper(...it.prospect.traits.list) %>'],
    ['<%= upper() %>'],
    ['<%= upper("a", "b") %>'],
    ['<%= new Date() %>'],
    ['<%= new it.prospect() %>'],
    ['<%= upper`a` %>'],
    ['<%= it.prospect`a` %>'],
    // Functions, classes, generators.
    [`<%= (() => { ${CODE} })() %>`],
    [`<%= (function () { ${CODE} })() %>`],
    [`<%= (async () => { ${CODE} })() %>`],
    ['<%= () => 1 %>'],
    ['<%= class {} %>'],
    ['<%= class { static { globalThis.escaped = 1 } } %>'],
    ['<% function f() {} %>'],
    ['<% class X {} %>'],
    ['<%= yield %>'],
    ['<%= await 1 %>'],
    // Changing things.
    ['<% it.prospect = 1 %>'],
    ['<%= it.prospect.traits.name = "x" %>'],
    ['<%= it.prospect.traits.list.length-- %>'],
    ['<%= ++it.prospect.traits.n %>'],
    ['<% escaped = 1 %>'],
    ['<% let x = 1 %>'],
    ['<% var x = 1 %>'],
    ['<% const it = 1 %>'],
    ['<% const upper = 1 %>'],
    ['<% const undefined = 1 %>'],
    ['<% const x %>'],
    ['<% const a = a %>'],
    ['<% const \\u{61} = 1; const а = 2 %>'],
    ['<% using x = null %>'],
    ['<% await using x = null %>'],
    ['<%= delete it.prospect %>'],
    ['<%= it.prospect ??= 1 %>'],
    ['<% const { constructor } = it %>'],
    ['<% const { ["constructor"]: c } = it %>'],
    ['<% const [a] = it.prospect.traits.list %>'],
    ['<% for (const [a] of it.prospect.traits.list) { } %>'],
    ['<% for (const { constructor: c } of it.prospect.traits.list) { } %>'],
    ['<% for (it.prospect of [1]) { } %>'],
    ['<% for (let x of [1]) { } %>'],
    ['<% for await (const x of [1]) { } %>'],
    // Loops and jumps.
    ['<% while (true) { } %>'],
    ['<% do { } while (true) %>'],
    ['<% for (;;) { } %>'],
    ['<% for (const k in it) { } %>'],
    ['<% label: for (const x of [1]) { } %>'],
    ['<% for (const x of [1]) { break } %>'],
    ['<% for (const x of [1]) { continue } %>'],
    ['<% return 1 %>'],
    ['<% throw 1 %>'],
    ['<% try { } catch { } %>'],
    ['<% switch (1) { case 1: } %>'],
    ['<% debugger %>'],
    ['<% if (true) upper("a") %>'],
    ['<% if (true) %>x'],
    ['<% for (const x of [1]) %>x'],
    ['<% import fs from "node:fs" %>'],
    ['<% export const x = 1 %>'],
    ['<% "use strict" %>'],
    ['<% it.prospect %>'],
    ['<% 0; %>x'],
    // Literals and operators.
    ['<%= /a/ %>'],
    ['<%= /(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaa!") %>'],
    ['<%= 10n %>'],
    ['<%= 1e999 %>'],
    ['<%= typeof it %>'],
    ['<%= void 0 %>'],
    ['<%= "a" in it %>'],
    ['<%= it instanceof it %>'],
    ['<%= ~1 %>'],
    ['<%= 1 << 30 %>'],
    ['<%= 1 | 2 %>'],
    ['<%= (1, 2) %>'],
    ['<%= 1, 2 %>'],
    ['<%= [...it.prospect.traits.list] %>'],
    ['<%= date(2e9, { ...it }) %>'],
    ['<%= date(2e9, { ["zone"]: "UTC" }) %>'],
    ['<%= date(2e9, { get zone() { return "UTC" } }) %>'],
    ['<%= date(2e9, { zone() {} }) %>'],
    ['<%= date(2e9, { __proto__: it }) %>'],
    ['<%= date(2e9, { "__proto__": it }) %>'],
    ['<%= date(2e9, { constructor: it }) %>'],
    ['<%= #x in it %>'],
    // Tags that do not hold what they should.
    ['<% if (true) { %>'],
    ['<% } %>'],
    ['<% } { %>'],
    ['<% if (true) { %>x<% }} %>'],
    ['<% const x = %>text'],
    ['<% const x = 1 + %>text<%= 2 %>'],
    ['<% upper( %>text<% ) %>'],
    ['<% const x = [ %>text<% ] %>'],
    ['<% const x = `${ %>text<% }` %>'],
    ['<%= it.prospect.id; it.prospect %>'],
    ['<%= it.prospect.id) + (it.prospect.id %>'],
    ['<%= 1); globalThis.escaped = 1; (2 %>'],
    ['<%= 1 } { 2 %>'],
    ['<%= %>'],
    ['<%= it.prospect.id // note %>'],
    ['<%= it.prospect.id /* note */ %>'],
    ['<%= /* note */ it.prospect.id %>'],
    ['<% // note %>'],
    ['<%= it.prospect.id <!-- x %>'],
    ['<% --> x %>'],
    ['<% #!x %>'],
    ["<%= ' %>"],
    ['<%= "a\n" %>'],
    ['a <%= it.prospect'],
  ])('%s', (source) => {
    expect(attempt(source)).toMatch(/^refused: /);
    expect(GLOBAL.escaped).toBeUndefined();
  });
});

test.each([
  [
    'a text of code',
    `<%= "');${CODE};('" %>`,
    `rendered: &#39;);${CODE};(&#39;`.replace(/'yes'/, '&#39;yes&#39;'),
  ],
  ['code in plain text', `');${CODE};//\\`, `rendered: ');${CODE};//\\`],
  ['an interpolation in plain text', '${globalThis.escaped = 1}`', 'rendered: ${globalThis.escaped = 1}`'],
  ['a tag’s end in a text', '<%= "%>" %>', 'rendered: %&gt;'],
  ['a line separator in a text', '<%= "\u2028" %>', 'rendered: \u2028'],
  [
    'own fields are data, whatever a prototype is called',
    '<%= it.prospect.traits.polluted ?? "clean" %>',
    'rendered: clean',
  ],
  [
    'a text over what looks like two tags is one tag',
    '<% const x = ` %>text<% ` %><%= x %>',
    'rendered:  %&gt;text&lt;% ',
  ],
  ['so is a comment', 'a<% /* %>text<% */ %>b', 'rendered: ab'],
  ['a list has no methods', '<%= it.prospect.traits.list.map ?? "none" %>', 'rendered: none'],
  ['a text has no methods', '<%= it.prospect.traits.name.at ?? "none" %>', 'rendered: none'],
  ['another name for it is no more than it', '<% const x = it %><%= x.prospect.id %>', 'rendered: p'],
  [
    'another name for it has no prototype either',
    '<% const x = it; const y = x.polluted %><%= y ?? "clean" %>',
    'rendered: clean',
  ],
  [
    'a helper’s option from data is data',
    '<%= date(2e9, { zone: it.prospect.traits.nope }) %>',
    'rendered: May 18, 2033',
  ],
  ['an equality coerces nothing', '<%= it.prospect == "x" %>', 'rendered: false'],
])('harmless: %s', (_what, source, expected) => {
  expect(attempt(source)).toBe(expected);
  expect(GLOBAL.escaped).toBeUndefined();
});

test.each([
  ['brackets', `<%= ${'('.repeat(20_000)}1${')'.repeat(20_000)} %>`],
  ['lists', `<%= ${'['.repeat(20_000)}${']'.repeat(20_000)} %>`],
  ['a sum', `<%= ${'1+'.repeat(20_000)}1 %>`],
  ['a path', `<%= it${'.prospect'.repeat(20_000)} %>`],
  ['choices', `<%= ${'1?2:'.repeat(20_000)}3 %>`],
  ['blocks', `<% ${'{'.repeat(20_000)}${'}'.repeat(20_000)} %>`],
  ['else after else', `<% ${'if (1) {} else '.repeat(20_000)}{} %>`],
])('nesting without end is refused: %s', (_what, source) => {
  expect(attempt(source)).toMatch(/^refused: .*(deep|nested|long)/);
});

describe('a partial', () => {
  const CALLS = [
    ['<%~ partial(it.prospect.traits.name) %>'],
    ['<%~ partial("a" + "b") %>'],
    ['<%~ partial(`a`) %>'],
    ['<%~ partial(...["a"]) %>'],
    ['<%~ partial() %>'],
    ['<%~ partial(1) %>'],
    ['<%~ partial("a", it) %>'],
    ['<%~ partial?.("a") %>'],
    ['<%~ (partial)("a") %>'],
    ['<%~ partial("a")("b") %>'],
    ['<%~ partial("a").constructor %>'],
    ['<%~ new partial("a") %>'],
    ['<%~ partial`a` %>'],
    ['<%= partial("a") %>'],
    ['<%= upper(partial("a")) %>'],
    ['<% const x = partial("a") %>'],
    ['<% partial("a") %>'],
    ['<% const partial = 1 %>'],
    ['<%~ it.prospect.partial("a") %>'],
    ['<a href="<%~ partial("a") %>">x</a>'],
    ['<a title="<%= it.prospect.id %>" href="x<%~ partial("a") %>">x</a>'],
    ['<img <%~ partial("a") %>>'],
  ];

  test.each(CALLS)('is taken in by its name alone, written in a tag of its own: %s is refused', (source) => {
    expect(attempt(source, true, true)).toMatch(/^refused: /);
  });

  test('takes in no partial, so that none takes in itself', () => {
    expect(attempt('<%~ partial("a") %>')).toBe('refused: a partial cannot be taken in here');
  });

  test.each(['__proto__', 'constructor', 'toString', '../../etc/passwd', 'nobody'])(
    'of the name %s is looked for among those that are there',
    (name) => {
      expect(attempt(`<%~ partial(${JSON.stringify(name)}) %>`, true, true)).toBe(
        `refused: there is no partial ${name} for this part`,
      );
    },
  );
});

const url = 'it.event.data.url';
/** Rendered with a value that would run, or bring an attribute of its own, wherever it is let. */
const withScript = (source: string, json = false): string => {
  try {
    const render = compileTemplate(source, { html: !json, json, layout: false });
    const event = {
      data: { url: 'javascript:alert(1) onclick=alert(1) x="', yes: true, no: false, list: [1] },
    };
    return (
      'rendered: ' +
      `${render({ data: { ...data, event }, locality: { zone: 'UTC', locale: 'en' }, limit: 10_000 })}`
    );
  } catch (error) {
    if (error instanceof TemplateFault) return `${error.place?.line}: ${error.message}`;
    throw error;
  }
};

test.each([
  [`<a href="<% if (it.event.data.yes) { %><%= ${url} %><% } %>">x</a>`],
  [`<a href="<% if (it.event.data.no) { %>https://<% } %><%= ${url} %>">x</a>`],
  [`<a href="<% const u = ${url} %><%= u %>">x</a>`],
  [`<a href="<% for (const x of it.event.data.list) { %><%= ${url} %><% } %>">x</a>`],
  [`<a href="<% if (it.event.data.no) { %>" title="<% } %><%= ${url} %>">x</a>`],
  [`<a <% if (it.event.data.yes) { %>href<% } else { %>title<% } %>="x<%= ${url} %>">x</a>`],
  [`<a <% if (it.event.data.yes) { %>href="<% } else { %>title="<% } %><%= ${url} %>">x</a>`],
  [`<a hr<% /* */ %>ef="<%= ${url} %>">x</a>`],
  [`<A HREF\n=\n' \n<%= ${url} %>'>x</A>`],
  [`<a title=">" href="<%= ${url} %>">x</a>`],
  [`<style>a > "</style><a title='"' href="<%= ${url} %>">x</a>`],
  [`<!-- " > ' --><a href="<%= ${url} %>">x</a>`],
  [`<!--[if mso]><a href="<%= ${url} %>">x</a><![endif]-->`],
  ...['formaction', 'poster', 'srcset', 'action', 'src', 'background', 'xlink:href', 'data'].map((name) => [
    `<p ${name}="<%= ${url} %>">x</p>`,
  ]),
])('a script is no link, whatever stands before it: %s', (source) => {
  expect(withScript(source)).toMatch(/is not a link that may be sent|depends on an if|in quotes/);
});

test.each([
  [`<a href=<% if (true) { %><%= ${url} %><% } %>>x</a>`, '1: put the attribute’s value in quotes'],
  [`\n<p class=a<%= ${url} %>>x</p>`, '2: put the attribute’s value in quotes'],
  [`<p <%= ${url} %>>x</p>`, '1: within a tag of HTML, an output must stand in the quoted value'],
  [`<p<%= ${url} %>>x</p>`, '1: within a tag'],
  [`<p class="a"<%= ${url} %>>x</p>`, '1: within a tag'],
  [`<p class="a<%= ${url} %>" <%= ${url} %>>x</p>`, '1: within a tag'],
  [`<p data-<%= ${url} %>="x">x</p>`, '1: within a tag'],
  [`<<%= ${url} %>>`, '1: within a tag'],
  [`</<%= ${url} %>>`, '1: within a tag'],
  [`<!<%= ${url} %>>`, '1: within a tag'],
  [`<p ="<%= ${url} %>">x</p>`, '1: within a tag'],
  [`<p title/="<%= ${url} %>">x</p>`, '1: within a tag'],
  [`<p="<%= ${url} %>">x</p>`, '1: whether this stands'],
  [`<p title=<% if (it.event.data.no) { %>"<% } %><%= ${url} %>">x</p>`, '1: whether this stands'],
  [`<p class=a<% if (it.event.data.no) { %> <% } %>title="<%= ${url} %>">x</p>`, '1: whether this stands'],
  [
    `<% for (const x of it.event.data.list) { %><%= ${url} %><a title="<% } %>">x</a>`,
    '1: what a loop repeats',
  ],
  ['<a href="', '1: a tag, a quote or a comment of the HTML is open at the end'],
])('an output within a tag stands in quotes: %s is refused', (source, expected) => {
  expect(withScript(source)).toContain(expected);
});

test.each([
  ['<p<% if (it.event.data.yes) { %> class="a"<% } %> title="<%= 1 %>">', '<p class="a" title="1">'],
  ['<option <% if (it.event.data.yes) { %>selected<% } %> value="<%= 1 %>">', '<option selected value="1">'],
  ['<a href="https://x.example/<%= 1 %>?a=<%= 2 %>">', '<a href="https://x.example/1?a=2">'],
  ['<br/><img alt="<%= 1 %>"/><%= 2 %>', '<br/><img alt="1"/>2'],
  [
    '<!doctype html><!-- <%= 1 %> --><title>a < b <%= 2 %></title>',
    '<!doctype html><!-- 1 --><title>a < b 2</title>',
  ],
  ['1 < 2 <%= 3 %> it\'s "<%= 4 %>"', '1 < 2 3 it\'s "4"'],
  [
    '<% for (const x of it.event.data.list) { %><p class="a<%= x %>"><%= x %></p><% } %>',
    '<p class="a1">1</p>',
  ],
  ['<td style="<% if (it.event.data.no) { %>a<% } else { %>b<% } %>:<%= 1 %>">', '<td style="b:1">'],
])('what is written as it should be passes: %s', (source, expected) => {
  expect(withScript(source)).toBe(`rendered: ${expected}`);
});

test.each([
  ['{ "a": "Hi <%= 1 %>" }'],
  ['{ "a": "<%= 1 %>" }'],
  ['{ "a": "Hi <% if (true) { %><%= 1 %><% } %>" }'],
  ['{ "a": "\\" <%= 1 %>" }'],
  ['{ "a": <% if (it.event.data.no) { %>"<% } %><%= 1 %>" }'],
  ['{ "a": 1<%= 1 %> }'],
])('in JSON, an output is a whole value: %s is refused', (source) => {
  expect(withScript(source, true)).toContain('1: write no quotes around it');
});

test('in JSON, an output may stand between texts', () => {
  expect(withScript('{ "a \\" b": <%= 1 %>, "c": [<%= "d\\"" %>] }', true)).toBe(
    'rendered: { "a \\" b": 1, "c": ["d\\""] }',
  );
});

test.each([
  [
    'doubled again and again',
    '<% const a0 = ["x"]; ' +
      `${Array.from({ length: 60 }, (_, n) => `const a${n + 1} = [a${n}, a${n}]`).join(';')} %><%= a60 %>`,
    'the result is longer than 10000 characters',
  ],
  [
    'nested without end',
    `<% const a0 = []; ${Array.from({ length: 200 }, (_, n) => `const a${n + 1} = [a${n}]`).join(';')} ` +
      '%><%= a200 %>',
    'a200 is nested more than 100 deep',
  ],
])('a value as JSON is measured before it is written: %s', (_what, source, expected) => {
  expect(withScript(source, true)).toContain(expected);
});

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

  test('a partial’s fault is told with its own line', async () => {
    const partials = { a: { html: '\n\n<%= it.event.data.gone %>' } };
    expect(await say('<%~ partial("a") %>', {}, partials)).toMatch(
      /^partial\.a\.html line 3: event\.data\.gone has no value/,
    );
  });
});
