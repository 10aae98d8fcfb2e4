import { expect, test } from 'vitest';
import { compileTemplate } from '../compile.ts';
import { TemplateFault } from '../fault.ts';
import { data } from './data.ts';

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
