import { expect, test } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { ready } from '../testing/ready.ts';
import { setStage } from '../testing/stage.ts';

const WELCOME = { channel: 'email', subject: 'Hi <%= it.prospect.traits.firstName %>', html: '<p>Hello</p>' };
const errorsOf = ({ body }: { body: { errors?: { path: string; message: string }[] } }) =>
  (body.errors ?? []).map(({ path, message }) => `${path} ${message}`);

test('saving makes a version, saving the same keeps it, a change makes the next', async () => {
  const stage = await setStage();
  const first = await stage.call('PUT', '/v1/templates/welcome', WELCOME);
  expect(first).toEqual({
    status: 201,
    body: { id: 'welcome', version: 1, changedAt: new Date(T0).toISOString(), ...WELCOME },
  });
  await stage.by(1_000);
  const { html, ...rest } = WELCOME;
  expect(await stage.call('PUT', '/v1/templates/welcome', { html, ...rest })).toEqual({
    ...first,
    status: 200,
  });
  const changed = await stage.call('PUT', '/v1/templates/welcome', { ...WELCOME, html: '<p>Hey</p>' });
  expect(changed).toMatchObject({ status: 200, body: { version: 2, html: '<p>Hey</p>' } });
  expect(await stage.call('GET', '/v1/templates/welcome')).toEqual({ status: 200, body: changed.body });
  const versions = await stage.call('GET', '/v1/templates/welcome/versions');
  expect(versions.body.items).toMatchObject([
    { version: 2, html: '<p>Hey</p>' },
    { version: 1, html: '<p>Hello</p>' },
  ]);
  expect((await stage.call('GET', '/v1/templates')).body.items).toEqual([
    { id: 'welcome', version: 2, changedAt: new Date(T0 + 1_000).toISOString() },
  ]);
});

test('a template and the settings may be YAML; each mistake has its line and column in the document', async () => {
  const stage = await setStage();
  const good = 'channel: email\nsubject: Hi\nhtml: |-\n  <p>Hello</p>\n';
  const { html } = WELCOME;
  expect(await stage.call('PUT', '/v1/templates/welcome', good)).toMatchObject({
    status: 201,
    body: { version: 1, subject: 'Hi', html },
  });
  expect(
    await stage.call('PUT', '/v1/templates/welcome', { channel: 'email', subject: 'Hi', html }),
  ).toMatchObject({ status: 200, body: { version: 1 } });
  const bad = 'channel: email\nsubject: Hi\nhtml: |\n  <p>Hello</p>\n  <%= process.env %>\nlayout: none\n';
  expect(errorsOf(await stage.call('PUT', '/v1/templates/bad', bad)).sort()).toEqual([
    '/html line 5, column 7: process is not known: data is in it, as in it.prospect',
    '/layout line 6, column 9: must be a template that exists',
  ]);
  expect(await stage.call('PUT', '/v1/settings', 'zone: Europe/Paris\n')).toMatchObject({
    body: { zone: 'Europe/Paris' },
  });
  const settings = await stage.call('PUT', '/v1/settings', 'country: GB\nzone: Paris\n');
  expect(settings.status).toBe(422);
  expect(errorsOf(settings)).toEqual([expect.stringMatching(/^\/zone line 2, column 7: /)]);
});

test('many saves at once leave one newest version, and every version once', async () => {
  const stage = await setStage();
  const bodies = ['a', 'b', 'c', 'a', 'b', 'c'].map((text) => ({ channel: 'email', subject: 's', text }));
  const saved = await Promise.all(bodies.map((body) => stage.call('PUT', '/v1/templates/t', body)));
  expect(saved.every(({ status }) => status < 300 || status === 409)).toBe(true);
  const { version, text } = (await stage.call('GET', '/v1/templates/t')).body;
  const { items } = (await stage.call('GET', '/v1/templates/t/versions')).body;
  expect(items.find((item: { version: number }) => item.version === version)).toMatchObject({ text });
  expect(saved.filter(({ status }) => status === 201)).toHaveLength(1);
});

test.each<[string, object, string[]]>([
  [
    'code that reaches out',
    { html: 'a\n<%= process.env %>', text: '<% while (1) {} %>' },
    [
      '/html line 2, column 5: process is not known: data is in it, as in it.prospect',
      '/text line 1, column 4: while is not allowed',
    ],
  ],
  [
    'a part of it that does not exist',
    { html: '<%= it.prospekt.traits.x %>' },
    [
      '/html line 1, column 8: it.prospekt is not known: there is it.prospect, it.company, ' +
        'it.campaign, it.event, it.enrollment, it.message, it.links',
    ],
  ],
  ['a layout that does not exist', { html: 'x', layout: 'none' }, ['/layout must be a template that exists']],
  ['a layout that is none', { html: 'x', layout: 'plain' }, ['/layout must be a template of channel layout']],
  ['nothing to say', {}, [' must have html, or text, or both']],
])('%s is refused, every fault with its place', async (_what, parts, expected) => {
  const stage = await setStage();
  await stage.template('plain', { subject: 's', text: 't' });
  const answer = await stage.call('PUT', '/v1/templates/bad', { channel: 'email', subject: 's', ...parts });
  expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_template' } });
  expect(errorsOf(answer)).toEqual(expected);
  expect((await stage.call('GET', '/v1/templates/bad')).status).toBe(404);
});

test('an e-mail needs a subject, a layout has none and must take in its body; neither becomes the other', async () => {
  const stage = await setStage();
  const put = async (id: string, body: object) =>
    errorsOf(await stage.call('PUT', `/v1/templates/${id}`, body));
  expect(await put('e', { channel: 'email', html: 'x' })).toEqual(['/subject must be given']);
  expect(
    await put('l', {
      channel: 'layout',
      subject: 's',
      html: '<%~ it.body %>',
      transactional: true,
      layout: 'l',
    }),
  ).toEqual([
    '/subject is not for channel layout, which has html, text, locales',
    '/transactional is not for channel layout, which has html, text, locales',
    '/layout is not for channel layout, which has html, text, locales',
  ]);
  expect(await put('l', { channel: 'layout', html: '<p>' })).toEqual([
    '/html a layout’s HTML needs <%~ it.body %> where the message goes',
  ]);
  expect(await put('l', { channel: 'layout', html: '<%~ it.body %>' })).toEqual([]);
  expect(await put('l', { channel: 'email', subject: 's', html: 'x' })).toEqual([
    '/channel must stay layout',
  ]);
});

test('unknown fields, wrong types and too much text are refused before anything is compiled', async () => {
  const stage = await setStage();
  const status = async (body: object) => (await stage.call('PUT', '/v1/templates/t', body)).status;
  expect(await status({ ...WELCOME, extra: 1 })).toBe(400);
  expect(await status({ ...WELCOME, channel: 'fax' })).toBe(400);
  expect(await status({ ...WELCOME, subject: 5 })).toBe(400);
  expect(await status({ ...WELCOME, html: 'x'.repeat(262_145) })).toBe(400);
});

test('a preview shows what a prospect would get', async () => {
  const stage = await setStage();
  await stage.prospect({
    traits: { email: 'ada@home.example', firstName: 'Ada <3', locale: 'de', timezone: 'Asia/Tokyo' },
  });
  await stage.template('frame', {
    channel: 'layout',
    html: '<main><%~ it.body %></main>',
    text: '<%~ it.body %>\n--',
  });
  await stage.template('welcome', {
    subject: 'Hi <%= it.prospect.traits.firstName %>',
    html:
      '<p>Dear <%= it.prospect.traits.firstName %>, <%= date("2026-03-01T20:00:00Z", { style: "medium" ' +
      '}) %></p>',
    text: 'Dear <%= it.prospect.traits.firstName %>',
    layout: 'frame',
  });
  expect(await stage.call('POST', '/v1/templates/welcome/preview', { prospectId: 'ada' })).toEqual({
    status: 200,
    body: {
      channel: 'email',
      version: 1,
      subject: 'Hi Ada <3',
      html: '<main><p>Dear Ada &lt;3, 02.03.2026</p></main>',
      text: 'Dear Ada <3\n--',
    },
  });
});

test('a preview takes sample data, an older version, and says what is missing where', async () => {
  const stage = await setStage();
  await stage.template('welcome', { subject: 'Old', text: 'x' });
  await stage.template('welcome', {
    subject: 'Hi <%= it.prospect.traits.firstName %>',
    text: '<%= it.event.data.plan %>',
  });
  const preview = (body: object) => stage.call('POST', '/v1/templates/welcome/preview', body);
  const prospect = { traits: { firstName: 'Bob' } };
  expect((await preview({ prospect, event: { data: { plan: 'pro' } } })).body).toMatchObject({
    subject: 'Hi Bob',
    text: 'pro',
  });
  expect((await preview({ version: 1 })).body).toMatchObject({ version: 1, subject: 'Old' });
  const faulty = await preview({ prospect });
  expect(faulty).toMatchObject({ status: 422, body: { code: 'template_error' } });
  expect(errorsOf(faulty)).toEqual([
    '/text line 1, column 5: event.data.plan has no value; give a fallback: ?? "…" or fallback(…)',
  ]);
  expect((await preview({ version: 9 })).status).toBe(404);
  expect((await preview({ prospectId: 'nobody' })).status).toBe(422);
});

test('a preview uses the sample’s own zone and language, as the sent message would', async () => {
  const stage = await setStage();
  await stage.prospect();
  const text = '<%= date(it.event.data.at, { style: "full", time: "short" }) %>';
  await stage.template('welcome', { subject: 'Hi', text });
  const event = { data: { at: '2026-03-01T23:30:00Z' } };
  const preview = async (body: object): Promise<unknown> =>
    (await stage.call('POST', '/v1/templates/welcome/preview', { event, ...body })).body;
  const prospect = { traits: { timezone: 'Asia/Tokyo', locale: 'de' } };
  const german = { text: expect.stringMatching(/^Montag, 2\. März 2026 um 08:30/) };
  expect(await preview({ prospect })).toMatchObject(german);
  expect(await preview({ prospectId: 'ada', prospect })).toMatchObject(german);
  expect(await preview({})).toMatchObject({ text: expect.stringContaining('Sunday, March 1, 2026') });
});

test('a prospect’s data is shown only to a key that may read prospects', async () => {
  const stage = await setStage();
  await stage.prospect();
  await stage.template('welcome', WELCOME);
  stage.scopes.current = ['templates:read'];
  expect((await stage.call('POST', '/v1/templates/welcome/preview', { prospectId: 'ada' })).status).toBe(403);
  stage.scopes.current = ['templates:read', 'prospects:read'];
  expect((await stage.call('POST', '/v1/templates/welcome/preview', { prospectId: 'ada' })).status).toBe(200);
  expect((await stage.call('PUT', '/v1/templates/welcome', WELCOME)).status).toBe(403);
});

test('a test really sends, to the address given, with an unsubscribe link that does nothing', async () => {
  const stage = await setStage();
  await stage.prospect();
  await stage.template('welcome', WELCOME);
  const answer = await stage.call('POST', '/v1/templates/welcome/test', {
    to: 'me@acme.example',
    prospectId: 'ada',
  });
  expect(answer).toMatchObject({ status: 200, body: { outcome: 'sent', subject: 'Hi Ada' } });
  expect(stage.sent()).toMatchObject([
    { to: 'me@acme.example', subject: 'Hi Ada', unsubscribe: 'https://herald.example/u/preview' },
  ]);
  expect((await stage.call('GET', '/v1/messages')).body.items).toEqual([]);
  const evil = await stage.call('POST', '/v1/templates/welcome/test', {
    to: 'a@b.example\r\nBcc: c@d.example',
  });
  expect(errorsOf(evil)).toEqual(['/to must be one mail address']);
});

test('a test that the provider refuses says so', async () => {
  const stage = await setStage({ provider: fakeProvider(() => ({ kind: 'permanent', reason: '550 no' })) });
  await stage.template('welcome', { subject: 's', text: 't' });
  expect(await stage.call('POST', '/v1/templates/welcome/test', { to: 'me@acme.example' })).toMatchObject({
    status: 502,
    body: { code: 'provider_permanent', detail: expect.stringContaining('550 no') },
  });
});

test('a template that one replica saves is sent by the others', async () => {
  const stage = await setStage();
  await stage.addReplica();
  await stage.prospect();
  await stage.enrollment();
  for (let n = 1; n <= 4; n += 1) {
    await stage.template('welcome', { subject: `v${n}`, text: 't' });
    await stage.ask({ messageId: `m${n}` });
    await stage.until(`m${n}`, 'sent');
  }
  expect(stage.sent().map(({ subject }) => subject)).toEqual(['v1', 'v2', 'v3', 'v4']);
});

test('templates of one workspace are unknown to another', async () => {
  const stage = await setStage();
  await stage.template('welcome', WELCOME);
  expect((await stage.call('GET', '/v1/templates/welcome', undefined, 'other')).status).toBe(404);
  expect((await stage.call('GET', '/v1/templates', undefined, 'other')).body.items).toEqual([]);
  expect((await stage.call('POST', '/v1/templates/welcome/preview', {}, 'other')).status).toBe(404);
});

test('partials stand in mails and layouts, are checked when saved, and are sent as they are now', async () => {
  const stage = await ready();
  const put = (id: string, content: object) => stage.call('PUT', `/v1/templates/${id}`, content);
  const footer = {
    channel: 'partial',
    html: '<i><%= it.prospect.traits.firstName %></i>',
    text: '-- <%= it.prospect.traits.firstName %>',
  };
  const mail = {
    channel: 'email',
    subject: 's',
    html: '<p>Hi</p><%~ partial("footer") %>',
    text: 'Hi <%~ partial("footer") %>',
  };
  const early = await put('mail', mail);
  expect(early.status).toBe(422);
  expect(early.body.errors).toEqual([
    { path: '', message: 'partial footer must be a template of channel partial that exists' },
  ]);
  expect((await put('footer', footer)).status).toBe(201);
  expect(
    (await put('around', { channel: 'layout', html: '<%~ it.body %>[<%~ partial("footer") %>]' })).status,
  ).toBe(201);
  expect(await put('mail', { ...mail, layout: 'around' })).toMatchObject({ status: 201 });
  expect((await stage.call('GET', '/v1/templates/mail')).body).not.toHaveProperty('partials');
  await stage.ask({ template: 'mail' });
  await stage.until('m1', 'sent');
  expect(stage.sent()[0]).toMatchObject({ html: '<p>Hi</p><i>Ada</i>[<i>Ada</i>]', text: 'Hi -- Ada' });
  expect((await put('footer', { ...footer, html: '<b>new</b>' })).status).toBe(200);
  await stage.ask({ template: 'mail', messageId: 'm2' });
  await stage.until('m2', 'sent');
  expect(stage.sent()[1]).toMatchObject({ html: '<p>Hi</p><b>new</b>[<b>new</b>]' });
});

test('a partial takes in no partial, has no subject, and is not sent by itself', async () => {
  const stage = await ready();
  const put = (id: string, content: object) =>
    stage.call('PUT', `/v1/templates/${id}`, { channel: 'partial', ...content });
  expect((await put('a', { html: '<%~ partial("a") %>' })).body.errors).toEqual([
    { path: '/html', message: 'line 1, column 5: a partial cannot be taken in here' },
  ]);
  expect((await put('a', { subject: 's', html: 'h' })).body.errors).toMatchObject([{ path: '/subject' }]);
  expect((await put('a', { html: 'h' })).status).toBe(201);
  expect(await stage.call('POST', '/v1/templates/a/preview')).toMatchObject({
    status: 409,
    body: { code: 'not_sendable' },
  });
});
