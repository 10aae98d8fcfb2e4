import { expect, test } from 'vitest';
import { titleOf } from './html-title.ts';

test.each([
  ['<title>Welcome</title><p>Hi</p>', 'Welcome'],
  ['<title>Your cart, <%= it.prospect.traits.name %></title>', 'Your cart, <%= it.prospect.traits.name %>'],
  [
    "<html><head><TITLE lang='en'>\n  Hello <% if (it.event.data.n < 3) { %>again<% } " +
      '%>\n</TITLE></head></html>',
    'Hello <% if (it.event.data.n < 3) { %>again<% } %>',
  ],
  [
    '<title><%= it.event.data.n > 1 ? "</title>" : "one" %></title>',
    '<%= it.event.data.n > 1 ? "</title>" : "one" %>',
  ],
  ['<title>Tom &amp; Jerry &mdash; caf&eacute;</title>', 'Tom & Jerry — café'],
  ['<!-- <title>no</title> --><title>yes</title>', 'yes'],
  ['<body><svg><title>an icon</title></svg></body><title>the page</title>', 'the page'],
])('the title of %s is %j', (html, title) => {
  expect(titleOf(html)).toBe(title);
});

test.each(['<p>Hi</p>', '<title> </title>', '<svg><title>an icon</title></svg>', ''])(
  '%j has none',
  (html) => {
    expect(titleOf(html)).toBeUndefined();
  },
);
