import { expect, test } from 'vitest';
import { fakeProvider } from '../testing/fake-provider.ts';
import { ready } from '../testing/ready.ts';
import { setStage } from '../testing/stage.ts';

const MAIL = {
  channel: 'email',
  subject: 'Hi <%= it.prospect.traits.firstName %>',
  html: '<p>Hello, on <%= date("2027-03-01") %></p>',
  layout: 'frame',
  locales: {
    de: {
      subject: 'Hallo <%= it.prospect.traits.firstName %>',
      html: '<p>Hallo, am <%= date("2027-03-01") %></p>',
    },
    pt: { subject: 'Olá', html: '<p>Olá<%~ partial("foot") %></p>' },
  },
};
const FRAME = {
  channel: 'layout',
  html: '<html lang="<%= it.message.locale ?? "en" %>"><%~ it.body %> Bye</html>',
  locales: { de: { html: '<%~ it.body %> Tschüss' }, fr: { html: '<%~ it.body %> Salut' } },
};
const FOOT = { channel: 'partial', html: '.', text: '.', locales: { 'pt-BR': { html: '!', text: '!' } } };
const errorsOf = ({ body }: { body: { errors?: { path: string; message: string }[] } }) =>
  (body.errors ?? []).map(({ path, message }) => `${path} ${message}`);

test('everybody gets a mail in their language, with its layout and partials, and the message says which', async () => {
  const stage = await ready();
  await stage.template('frame', FRAME);
  await stage.template('foot', FOOT);
  await stage.template('welcome', MAIL);
  const traits = { email: 'ada@home.example', firstName: 'Ada' };
  const languages: [string, object, string, RegExp][] = [
    ['m1', { locale: 'de_AT' }, 'de', /^<p>Hallo, am 1\. März 2027<\/p> Tschüss$/],
    ['m2', { language: 'pt-BR' }, 'pt', /^<html lang="pt"><p>Olá!<\/p> Bye/],
    // No variant: the default, and that of the layout, though the layout has one.
    ['m3', { locale: 'fr' }, 'default', /^<html lang="en"><p>Hello, on 1 mars 2027<\/p> Bye/],
    ['m4', { locale: 'nonsense!', language: 'de' }, 'de', /^<p>Hallo, am/],
  ];
  for (const [messageId, language, locale, html] of languages) {
    await stage.prospect({ traits: { ...traits, ...language } });
    await stage.ask({ messageId });
    const doc = await stage.until(messageId, 'sent');
    expect(doc.state.locale).toBe(locale);
    expect(await stage.replayed(messageId)).toEqual(doc.state);
    expect(stage.sent().at(-1)?.html).toMatch(html);
    expect((await stage.call('GET', `/v1/messages/${messageId}`)).body.locale).toBe(locale);
  }
  await stage.erased('ada');
  await expect.poll(async () => (await stage.message('m1'))?.state.locale).toBeUndefined();
});

test('a preview and a test show any variant, and which one it is', async () => {
  const stage = await setStage();
  await stage.template('frame', FRAME);
  await stage.template('foot', FOOT);
  await stage.template('welcome', MAIL);
  const sample = { prospect: { traits: { firstName: 'Ada', locale: 'pt' } } };
  const preview = async (query: string) =>
    (await stage.call('POST', `/v1/templates/welcome/preview${query}`, sample)).body;
  expect(await preview('')).toMatchObject({ subject: 'Olá', locale: 'pt' });
  expect(await preview('?locale=de-CH')).toMatchObject({ subject: 'Hallo Ada', locale: 'de' });
  expect(await preview('?locale=en')).toMatchObject({ subject: 'Hi Ada', locale: 'default' });
  expect(errorsOf({ body: await preview('?locale=d!') })).toEqual([
    '/locale must be a language tag by BCP 47, such as de or pt-BR',
  ]);
  const to = { ...sample, to: 'me@acme.example' };
  const sent = await stage.call('POST', '/v1/templates/welcome/test?locale=de', to);
  expect(sent).toMatchObject({ status: 200, body: { subject: 'Hallo Ada', locale: 'de' } });
});

test('a text and a call have variants too; a call speaks their language and offers the same keys', async () => {
  const stage = await setStage({ providers: { sms: [fakeProvider()], call: [fakeProvider()] } });
  await stage.template('text', { channel: 'sms', text: 'hi', locales: { ja: { text: 'こんにちは' } } });
  const call = {
    channel: 'call',
    text: 'Press 1.',
    menu: [{ key: '1', say: 'Thanks.' }],
    locales: { de: { text: 'Drücken Sie 1.', menu: [{ key: '1', say: 'Danke.' }] } },
  };
  await stage.template('call', call);
  const preview = async (id: string, locale: string) =>
    (await stage.call('POST', `/v1/templates/${id}/preview?locale=${locale}`)).body;
  expect(await preview('text', 'ja')).toMatchObject({ text: 'こんにちは', encoding: 'UCS-2', locale: 'ja' });
  expect(await preview('call', 'de-AT')).toMatchObject({
    ...{ script: [{ say: 'Drücken Sie 1.' }], menu: [{ key: '1', say: 'Danke.' }], language: 'de-DE' },
  });
  const other = { ...call, locales: { de: { text: 'x', menu: [{ key: '2', say: 'y' }] } } };
  expect(errorsOf(await stage.call('PUT', '/v1/templates/other', other))).toEqual([
    '/locales/de/menu must have the keys of the default: 1',
  ]);
});

test('every fault of a variant is found when it is saved, with its place', async () => {
  const stage = await setStage();
  const put = (body: object) => stage.call('PUT', '/v1/templates/t', body);
  const bad = await put({
    ...{ channel: 'email', subject: 's', text: 't' },
    locales: {
      de: { subject: 's', text: 'a\n<%= it.prospekt %>' },
      'pt-br': { text: '<% if (x) { %>', voice: 'Polly.Amy' },
      fr: { subject: 's', text: '<%~ partial("gone") %>' },
    },
  });
  expect(bad.status).toBe(422);
  expect(errorsOf(bad)).toEqual([
    '/locales/pt-br must be written as pt-BR',
    '/locales/pt-br/subject must be given',
    expect.stringMatching(/^\/locales\/pt-br\/voice is not for channel email/),
    expect.stringMatching(/^\/locales\/de\/text line 2, column 8: it\.prospekt is not known/),
    expect.stringMatching(/^\/locales\/pt-br\/text line 1, column \d+: /),
    ' partial gone must be a template of channel partial that exists',
  ]);
  const hook = await put({ channel: 'webhook', body: '{}', locales: { de: { text: 't' } } });
  expect(errorsOf(hook)).toContain('/locales is not for channel webhook, which has body, headers, stream');
});

test('data that only a variant names are pointed out', async () => {
  const stage = await setStage();
  const saved = await stage.call('PUT', '/v1/templates/t', {
    ...{ channel: 'sms', text: 'Hi <%= it.prospect.traits.name %>' },
    locales: {
      de: { text: 'Hallo <%= it.prospect.traits.nmae %>' },
      fr: { text: 'Salut <%= it.prospect.traits.name %>' },
    },
  });
  expect(saved).toMatchObject({
    status: 201,
    body: { warnings: ['/locales/de uses what the default does not: it.prospect.traits.nmae'] },
  });
  expect((await stage.call('GET', '/v1/templates/t')).body.warnings).toBeUndefined();
});
