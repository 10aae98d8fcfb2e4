// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates under test hold them

import { readJson } from '@herald/domain/json';
import { describe, expect, test } from 'vitest';
import { compileTemplate } from './compile.ts';
import { TemplateFault } from './fault.ts';

const it = readJson(`{
  "prospect": { "id": "ada", "traits": {
    "firstName": "Ada", "odd name": "x", "html": "<b>&\\"'", "age": 36, "paid": true, "empty": "", "none": null,
    "items": [{ "name": "pen", "price": 2.5 }, { "name": "ink" }], "address": { "city": "London" } } },
  "company": { "id": null, "traits": {} }, "campaign": { "id": "c" }, "message": { "id": "m" }, "links": {},
  "enrollment": {}, "event": { "data": { "url": "https://x.example/?a=1&b=2", "js": "javascript:alert(1)", "at": "2026-03-01T23:30:00Z",
    "order": 820982911946154508 } }
}`) as Record<string, unknown>;

const locality = { zone: 'Europe/London', locale: 'en' };
const render = (source: string, { html = false, layout = false, data = it, limit = 10_000 } = {}): string =>
  compileTemplate(source, { html, layout })({ data, locality, limit });

/** `line:column reason` */
const fault = (source: string, options = {}): string => {
  try {
    return `rendered: ${render(source, options)}`;
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    return `${error.place?.line}:${error.place?.column} ${error.message}`;
  }
};

test.each([
  ['text only', 'text only'],
  ['Hi <%= it.prospect.traits.firstName %>!', 'Hi Ada!'],
  ["<%= it.prospect['traits']['odd name'] %>", 'x'],
  ['<%= it.prospect.traits.items[1].name %>', 'ink'],
  ['<%= it.prospect.traits.nick ?? "friend" %>', 'friend'],
  ['<%= it.prospect.traits.a.b.c ?? it.prospect.traits.firstName %>', 'Ada'],
  ['<%= it.prospect.traits.empty || "nothing" %>', 'nothing'],
  ['<%= fallback(it.prospect.traits.empty, "nothing") %>', 'nothing'],
  ['<%= fallback(it.prospect.traits.none, 3) %>', '3'],
  ['<%= it?.prospect?.traits?.firstName %>', 'Ada'],
  ['<%= it.prospect.traits.age > 30 ? "old" : "young" %>', 'old'],
  ['<%= it.prospect.traits.nope > 30 ? "old" : "young" %>', 'young'],
  ['<%= it.prospect.traits.nope === undefined && it.prospect.traits.none == null %>', 'true'],
  ['<%= it.prospect.traits.age % 10 + 2 ** 3 - -1 %>', '15'],
  ['<%= `${it.prospect.traits.firstName} is ${it.prospect.traits.age}` %>', 'Ada is 36'],
  ['<%= "a" + 1 + it.prospect.traits.firstName %>', 'a1Ada'],
  ['<%= upper("ada") + lower("ADA") + capitalize("ada") %>', 'ADAadaAda'],
  ['<%= join(["a", 2]) %>/<%= join([], "; ") %>', 'a, 2/'],
  ['<%= date(it.event.data.at) %>', 'March 1, 2026'],
  ['<%= date(it.event.data.at, { zone: "Asia/Tokyo", style: "short", time: "short" }) %>', '3/2/26, 8:30 AM'],
  ['<%= date(1835427600, { locale: "de", style: "medium" }) %>', '29.02.2028'],
  ['<%= date(1835427600000, { style: "short", time: "short" }) %>', '2/29/28, 9:00 AM'],
  ['<%= date("1835427600", { style: "short", time: "short" }) %>', '2/29/28, 9:00 AM'],
  ['<%= date("2027-03-01T10:00", { style: "short", time: "short" }) %>', '3/1/27, 10:00 AM'],
  [
    '<%= date("2027-03-01T10:00", { zone: "Asia/Tokyo", style: "short", time: "short" }) %>',
    '3/1/27, 7:00 PM',
  ],
  ['<%= it.event.data.order %> <%= "#" + it.event.data.order %>', '820982911946154508 #820982911946154508'],
  ['<%= it.event.data.order + 1 %> <%= it.event.data.order % 10 %>', '820982911946154509 8'],
  ['<%= it.event.data.order - 820982911946154507 %> <%= -it.event.data.order %>', '1 -820982911946154508'],
  [
    '<%= it.event.data.order === 820982911946154508 %> <%= it.event.data.order == 820982911946154509 %>',
    'true false',
  ],
  ['<%= it.event.data.order < 820982911946154509 %> <%= it.event.data.order > 5.5 %>', 'true true'],
  ['<%= number(it.event.data.order) %>', '820,982,911,946,154,508'],
  ['<%= join([it.event.data.order, 9007199254740993]) %>', '820982911946154508, 9007199254740993'],
  ['<%= 9007199254740991 + 2 %>', '9007199254740993'],
  ['<%= number(1234.5) %> <%= number(1234.5, { locale: "de", digits: 2 }) %>', '1,234.5 1.234,50'],
  ['<%= currency(1234.5, "EUR") %>', '€1,234.50'],
  ['<%= encode("a b&c") %>', 'a%20b%26c'],
  ['<% for (const item of it.prospect.traits.items) { %>[<%= item.name %>]<% } %>', '[pen][ink]'],
  ['<% for (const x of ["a", "b"]) { for (const y of [1, 2]) { %><%= x %><%= y %> <% } } %>', 'a1 a2 b1 b2 '],
  ['<% if (it.prospect.traits.paid) { %>yes<% } else { %>no<% } %>', 'yes'],
  [
    '<% if (it.prospect.traits.nope) { %>1<% } else if (it.prospect.traits.items.length > 1) { %>2<% } %>',
    '2',
  ],
  ['<% const p = it.prospect.traits; const city = p.address.city %><%= city %>', 'London'],
  ['<% /* a note */ %>x', 'x'],
  ["<%= '%>' %>", '%>'],
  ["it's `a` \\ ${b}\n\u2028", "it's `a` \\ ${b}\n\u2028"],
  ['a\n<% if (true) { %>\nb\n<% } %>\nc', 'a\nb\nc'],
  ['a\n<% if (true) { -%>\n\nb\n<%- } -%>\nc', 'a\n\nbc'],
  ['Hi <%= it.prospect.traits.firstName %>\n\nb', 'Hi Ada\n\nb'],
  ['Hi <%= it.prospect.traits.firstName -%>\n\nb', 'Hi Ada\nb'],
  ['a  <%_ const x = 1 _%>  b', 'ab'],
])('%s', (source, expected) => {
  expect(render(source)).toBe(expected);
});

describe('in HTML', () => {
  test.each([
    ['<%= it.prospect.traits.html %>', '&lt;b&gt;&amp;&quot;&#39;'],
    ['<a href="<%= it.event.data.url %>">', '<a href="https://x.example/?a=1&amp;b=2">'],
    ['<p title="<%= it.event.data.js %>">', '<p title="javascript:alert(1)">'],
  ])('%s is escaped', (source, expected) => {
    expect(render(source, { html: true })).toBe(expected);
  });

  test.each([
    ['<a href="<%= it.event.data.js %>">', '1:14 event.data.js is not a link'],
    ["<img src = '<%= it.prospect.traits.firstName %>'>", '1:17 prospect.traits.firstName is not a link'],
    ['<a title=<%= it.prospect.traits.firstName %>>', '1:14 put the attribute'],
    ['<%~ it.prospect.traits.html %>', '1:5 <%~ %> is for <%~ it.body %>'],
    ['<%~ it.body %>', '1:5 <%~ %> is for <%~ it.body %>'],
  ])('%s is refused', (source, expected) => {
    expect(fault(source, { html: true })).toContain(expected);
  });

  test('only a layout inserts a body as it is, and it must', () => {
    const layout = { html: true, layout: true, data: { ...it, body: '<b>hi</b>' } };
    expect(render('<p><%~ it.body %></p>', layout)).toBe('<p><b>hi</b></p>');
    expect(fault('<p></p>', layout)).toContain('needs <%~ it.body %>');
    expect(fault('<%~ it.body %><%~ it.prospect.traits.html %>', layout)).toContain('1:19 <%~ %> is for');
    expect(fault('<%~ it.body + "x" %>', layout)).toContain('1:5 <%~ %> is for');
  });
});

test.each([
  [
    'Hi <%= it.prospect.traits.nick %>',
    '1:8 prospect.traits.nick has no value; give a fallback: ?? "…" or fallback(…)',
  ],
  ['a\n\n  <%= it.prospect.traits.none %>', '3:7 prospect.traits.none has no value'],
  ['<%= it.links.unsubscribe %>', '1:5 links.unsubscribe has no value'],
  ['<%= "Hi " + it.prospect.traits.nick %>', '1:13 prospect.traits.nick has no value'],
  ['<%= `Hi ${it.prospect.traits.nick}` %>', '1:11 prospect.traits.nick has no value'],
  ['<%= upper(it.prospect.traits.nick) %>', '1:11 prospect.traits.nick has no value'],
  [
    '<%= it.prospect.traits.a ?? it.prospect.traits.b %>',
    '1:5 prospect.traits.a ?? it.prospect.traits.b has no value',
  ],
  [
    '<%= it.prospect.traits.paid ? it.prospect.traits.nick : 1 %>',
    '1:5 prospect.traits.paid ? it.prospect.tr',
  ],
  ['<%= it.prospect.traits.age + it.prospect.traits.nope %>', '1:30 prospect.traits.nope has no value'],
  [
    '<%= it.prospect.traits.age * it.prospect.traits.nope %>',
    '1:30 prospect.traits.nope has no value; give a fallback: ?? 0',
  ],
  ['<%= it.prospect.traits.firstName * 2 %>', '1:5 prospect.traits.firstName is not a number'],
  ['<%= -it.prospect.traits.firstName %>', '1:6 prospect.traits.firstName is not a number'],
  ['<%= it.prospect.traits.age / 0 %>', '1:5 prospect.traits.age is not a finite number'],
  ['<%= it.prospect.traits %>', '1:5 prospect.traits is not a text; name one of its fields'],
  ['<%= it.prospect.traits.items %>', '1:5 prospect.traits.items is a list; use join(prospect.traits.items)'],
  ['<%= it.prospect.traits.items > 1 %>', '1:5 prospect.traits.items > 1 compares what has no order'],
  [
    '<% for (const x of it.prospect.traits.nope) { %>x<% } %>',
    '1:20 prospect.traits.nope has no value; give a fallback: ?? []',
  ],
  [
    '<% for (const x of it.prospect.traits.firstName) { %>x<% } %>',
    '1:20 prospect.traits.firstName is not a list',
  ],
  ['<% for (const x of it.prospect.traits.items) { %>\n<%= x.price %><% } %>', '2:5 x.price has no value'],
  ['<%= date(it.prospect.traits.firstName) %>', '1:10 prospect.traits.firstName is not a date'],
  ['<%= date("2027-03-01", { zone: "Mars/North" }) %>', '1:32 "Mars/North" is no IANA time zone'],
  [
    '<%= date("2027-03-01", { zone: "PST" }) %>',
    '1:32 "PST" is no IANA time zone: write America/Los_Angeles',
  ],
  [
    '<%= date(2e9, { zone: it.event.data.url }) %>',
    'has a zone that does not exist: it is no IANA time zone',
  ],
  ['<%= date("2027-02-30") %>', '1:10 "2027-02-30" is not a date: the calendar has no such day'],
  ['<%= date("3/1/2027") %>', '1:10 "3/1/2027" is not a date'],
  ['<%= date(0) %>', '1:10 0 is not a date'],
  ['<%= date(2e9, { style: "tiny" }) %>', '1:5 a style is one of short'],
  ['<%= date(2e9, { color: "red" }) %>', '1:15 color is not an option here: there is zone'],
  ['<%= currency(1, it.event.data.url) %>', '1:5 currency(1, it.event.data.url) has'],
  [
    '<%= it.event.data.order * 0.5 %>',
    '1:5 event.data.order cannot be calculated with without losing digits',
  ],
  ['<%= date(1e99) %>', '1:10 1e99 is not a date'],
])('%s fails and says where and why', (source, expected) => {
  expect(fault(source)).toContain(expected);
});

test('no value of a person stands in a reason', () => {
  const data = { ...it, prospect: { traits: { firstName: 'SECRET' } } };
  for (const source of [
    '<%= date(it.prospect.traits.firstName) %>',
    '<%= it.prospect.traits.firstName * 1 %>',
    '<%= currency(1, it.prospect.traits.firstName) %>',
  ])
    expect(fault(source, { data })).not.toContain('SECRET');
  expect(fault('<a href="<%= it.prospect.traits.firstName %>">', { data, html: true })).not.toContain(
    'SECRET',
  );
});

test('output has an end', () => {
  expect(
    fault('<% for (const a of it.prospect.traits.items) { %>xxxxxxxxxx<% } %>', { limit: 15 }),
  ).toContain('longer than 15 characters');
});

test('a place is counted in lines and columns of the author’s text, whatever Eta trims', () => {
  expect(fault('\n\n<% if (true) { %>\n\n   <% } %>\n  <%_ const x = 1 _%>\n  <%= it.oops %>')).toContain(
    '7:10 it.oops is not known',
  );
});
