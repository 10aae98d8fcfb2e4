import { describe, expect, test } from 'vitest';
import { canonicalTag, variantFaults, variantFor } from './variants.ts';

const text = (said: string) => ({ text: said });
const template = (...tags: string[]) => ({
  channel: 'sms' as const,
  text: 'hi',
  locales: Object.fromEntries(tags.map((tag) => [tag, text(tag)])),
});

describe('a reader gets', () => {
  test.each<[string | undefined, string[], string]>([
    ['pt-BR', ['pt', 'pt-BR'], 'pt-BR'],
    ['pt-BR', ['pt', 'de'], 'pt'],
    ['pt-PT', ['pt-BR', 'de'], 'default'],
    ['de-AT-1996', ['de', 'de-AT'], 'de-AT'],
    ['en', ['en-GB'], 'default'],
    ['fr', ['de'], 'default'],
    [undefined, ['de'], 'default'],
    ['zh-TW', ['zh', 'zh-Hant'], 'zh-Hant'],
    ['zh-CN', ['zh', 'zh-Hant'], 'zh'],
    ['sr-Latn-RS', ['sr', 'sr-Latn'], 'sr-Latn'],
    ['de-x-private', ['de'], 'de'],
  ])('of the language %s and the variants %j: %s', (locale, tags, expected) => {
    const variant = variantFor(template(...tags), locale);
    expect(variant.locale).toBe(expected);
    expect(variant.content.text).toBe(expected === 'default' ? 'hi' : expected);
  });
});

test('a template without variants says so, and stays as it is', () => {
  const content = { channel: 'sms' as const, text: 'hi' };
  expect(variantFor(content, 'de')).toEqual({ content, locale: undefined });
});

test('a variant takes none of the texts of the default', () => {
  const content = {
    ...{ channel: 'email' as const, subject: 'Hi', preheader: 'news', html: '<p>hi</p>', text: 'hi' },
    layout: 'frame',
    locales: { de: { subject: 'Hallo', html: '<p>hallo</p>' } },
  };
  expect(variantFor(content, 'de').content).toEqual({
    ...{ channel: 'email', layout: 'frame', subject: 'Hallo', html: '<p>hallo</p>' },
  });
});

test.each([
  ['de', 'de-DE'],
  ['pt', 'pt-BR'],
  ['en-GB', 'en-GB'],
])('a call in %s is spoken in %s, unless the variant says otherwise', (tag, language) => {
  const call = { channel: 'call' as const, text: 'hi', language: 'en-US', locales: { [tag]: text('x') } };
  expect(variantFor(call, tag).content.language).toBe(language);
  const own = { ...call, locales: { [tag]: { text: 'x', language: 'xx-YY' } } };
  expect(variantFor(own, tag).content.language).toBe('xx-YY');
});

test.each<[string, string | undefined]>([
  ['pt-BR', undefined],
  ['pt-br', 'must be written as pt-BR'],
  ['pt_BR', 'must be written as pt-BR'],
  ['german', 'is no language that is known'],
  ['xx', 'is no language that is known'],
  ['de-DE-u-ca-buddhist', 'must have no extensions: language, script and region'],
  ['d', 'is no language tag by BCP 47, such as de or pt-BR'],
  ['__proto__', 'is no language tag by BCP 47, such as de or pt-BR'],
])('the tag %s: %s', (tag, fault) => {
  const locales = Object.fromEntries([[tag, text('x')]]);
  expect(variantFaults({ channel: 'sms', text: 'hi', locales }, () => [])).toEqual(
    fault === undefined ? [] : [{ path: `/locales/${tag}`, message: fault }],
  );
});

test('a tag of a person is read in any case and with _, and anything else counts as none', () => {
  expect(canonicalTag('PT_br')).toBe('pt-BR');
  for (const value of [7, null, '', 'de;q=1', 'x'.repeat(65)]) expect(canonicalTag(value)).toBeUndefined();
});
