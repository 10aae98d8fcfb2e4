// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates under test hold them
import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../compile.ts';
import { TemplateFault } from '../fault.ts';
import { data } from './data.ts';

/** What must never be reached. */
const GLOBAL = globalThis as { escaped?: unknown };

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
