import { afterAll, expect, test } from 'vitest';
import type { TemplateSources } from './parts.ts';
import { createRenderer, RendererBusyError } from './renderer.ts';

const locality = { zone: 'UTC', locale: 'en' };
const many = Array.from({ length: 2_000 }, (_, n) => n);
const data = { prospect: { traits: { name: 'Ada', list: many } }, event: { data: {} }, links: {} };
const ENDLESS = `<% for (const a of it.prospect.traits.list) { for (const b of it.prospect.traits.list) {
  for (const c of it.prospect.traits.list) { } } } %>`;

const open: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(open.map((renderer) => renderer.close())));
function aRenderer(options: Parameters<typeof createRenderer>[0] = {}) {
  const renderer = createRenderer(options);
  open.push(renderer);
  return {
    ...renderer,
    of: (sources: TemplateSources, workspace = 'acme', template = 't@1') =>
      renderer.render({ workspace, template, sources, data, locality }),
  };
}
const renderer = aRenderer();

test('renders every part, and makes plain text of the HTML when there is none', async () => {
  const subject = 'Hi <%= it.prospect.traits.name %> & co';
  const html = '<h1>Hello</h1><p>Dear <%= it.prospect.traits.name %>,</p><a href="https://x.example">Go</a>';
  expect(await renderer.of({ subject, html })).toEqual({
    subject: 'Hi Ada & co',
    html: '<h1>Hello</h1><p>Dear Ada,</p><a href="https://x.example">Go</a>',
    text: 'Hello\n\nDear Ada,\n\nGo [https://x.example]',
  });
  expect(await renderer.of({ subject, html, text: 'Dear <%= it.prospect.traits.name %>' })).toMatchObject({
    text: 'Dear Ada',
  });
  expect(await renderer.of({ subject, text: '1 < 2' })).toEqual({ subject: 'Hi Ada & co', text: '1 < 2' });
});

test('puts a layout around both', async () => {
  const layout = {
    html: '<main><%~ it.body %></main> <%= it.prospect.traits.name %>',
    text: '-- <%~ it.body %> --',
  };
  expect(await renderer.of({ subject: 's', html: '<b>1 & 2</b>', text: '1 & 2', layout })).toEqual({
    subject: 's',
    html: '<main><b>1 & 2</b></main> Ada',
    text: '-- 1 & 2 --',
  });
});

test.each([
  [
    'a missing value',
    { subject: 's', html: 'a\n<%= it.prospect.traits.nick %>' },
    /^html line 2: prospect.traits.nick has no value/,
  ],
  [
    'a missing value in the subject',
    { subject: '<%= it.event.data.x %>', text: 't' },
    /^subject line 1: event.data.x has no value/,
  ],
  [
    'a missing value in the layout',
    { subject: 's', html: 'h', layout: { html: '<%~ it.body %><%= it.company.x %>' } },
    /^layout.html line 1: company.x/,
  ],
  [
    'a line break in the subject',
    { subject: 'a\nBcc: x@y.example', text: 't' },
    /^subject: it has a line break/,
  ],
  ['an empty subject', { subject: ' <%= "" %> ', text: 't' }, /^subject: it is empty/],
  ['an endless subject', { subject: 'x'.repeat(501), text: 't' }, /^subject: it is longer/],
  ['an include', { subject: 's', html: '<%~ include("/etc/passwd") %>' }, /^html line 1: <%~ %> is for/],
  [
    'huge output',
    {
      subject: 's',
      text:
        '<% for (const a of it.prospect.traits.list) { ' +
        'for (const b of it.prospect.traits.list) { %>xxxxxxxxxx<% } } %>',
    },
    /^text: the result is longer than/,
  ],
  [
    'a text that doubles',
    {
      subject: 's',
      text:
        '<% const a = "xxxxxxxxxx"; ' +
        `${Array.from({ length: 30 }, (_, n) => `const a${n} = ${n === 0 ? 'a' : `a${n - 1}`} + ${n === 0 ? 'a' : `a${n - 1}`};`).join('')} ` +
        '%>',
    },
    /^text line 1: a\d+ is longer than/,
  ],
  [
    'HTML nested without end',
    { subject: 's', html: '<i>'.repeat(80_000) },
    /rendered: |cannot|deep|memory|longer/,
  ],
])('%s fails that message, with part and line', async (_what, sources, expected) => {
  const said = await renderer.of(sources).then(
    () => 'rendered: ',
    (error: Error) => error.message,
  );
  expect(said).toMatch(expected);
  expect(await renderer.of({ subject: 's', text: 'still here' })).toMatchObject({ text: 'still here' });
});

test('a control character in data cannot become a header', async () => {
  for (const evil of ['\r\nBcc: a@b.example', '\n', '\r', '\0', '\u2028', '\u0085', '\u001b'])
    await expect(
      renderer.render({
        workspace: 'acme',
        template: 't@1',
        sources: { subject: 'Hi <%= it.event.data.name %>!', text: 't' },
        data: { event: { data: { name: `x${evil}y` } } },
        locality,
      }),
    ).rejects.toThrow('subject: it has a line break or another control character');
});

test('one that does not end is ended, and the others go on meanwhile', async () => {
  const two = aRenderer({ timeLimit: 150, threads: 2 });
  await two.of({ subject: 's', text: 'warm' });
  const endless = two.of({ subject: 's', html: ENDLESS });
  endless.catch(() => {});
  expect(await two.of({ subject: 's', text: 'quick' }, 'other')).toMatchObject({ text: 'quick' });
  await expect(endless).rejects.toThrow('it takes longer than 150 ms');
});

test('what ends threads again and again is refused at once, by its version only', async () => {
  const one = aRenderer({ timeLimit: 60, threads: 1 });
  for (let n = 0; n < 3; n += 1)
    await expect(one.of({ subject: 's', html: ENDLESS })).rejects.toThrow(/than 60 ms$/);
  await expect(one.of({ subject: 's', html: ENDLESS })).rejects.toThrow('again and again');
  expect(await one.of({ subject: 's', text: 'mended' }, 'acme', 't@2')).toMatchObject({ text: 'mended' });
});

test('workspaces take turns, however much one of them asks for', async () => {
  const one = aRenderer({ threads: 1 });
  const done: string[] = [];
  const ask = (workspace: string) =>
    one.of({ subject: 's', text: workspace }, workspace).then(() => done.push(workspace));
  await Promise.all([...Array.from({ length: 50 }, () => ask('greedy')), ask('modest')]);
  expect(done.indexOf('modest')).toBeLessThan(5);
});

test('too many waiting of one workspace is an answer for later, not a verdict', async () => {
  const one = aRenderer({ threads: 1, waiting: 2 });
  const asked = await Promise.allSettled(
    Array.from({ length: 5 }, () => one.of({ subject: 's', text: 't' })),
  );
  expect(asked.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
  ]);
  expect(asked[4]).toMatchObject({ reason: expect.any(RendererBusyError) });
});

test('a check finds every faulty part, also with a parser that takes for ever', async () => {
  const { faults } = await renderer.check('acme', {
    subject: '<%= x %>',
    html: 'ok',
    text: '\n<% while (1) {} %>',
  });
  expect(faults).toEqual([
    {
      part: 'subject',
      place: { line: 1, column: 5 },
      reason: 'x is not known: data is in it, as in it.prospect',
    },
    { part: 'text', place: { line: 2, column: 4 }, reason: 'while is not allowed' },
  ]);
  const short = aRenderer({ timeLimit: 50 });
  const slow = await short.check('acme', { text: `<% \`${'${{{{'.repeat(40_000)}` });
  expect(slow.faults).toHaveLength(1);
});
