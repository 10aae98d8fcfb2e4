import { expect, test } from 'vitest';
import { faultsOf, head } from '../testing/campaign-text.ts';
import { takesUtm, type Utm, utmParameters } from './utm.ts';

const names = { campaign: 'trial', step: 'hello', template: 'welcome', channel: 'email' } as const;

test.each<[Utm, string]>([
  [{ source: 'acme' }, 'utm_source=acme utm_medium=email utm_campaign=trial utm_content=hello'],
  [
    { source: '{template}', medium: 'x-{channel}', campaign: '2027 {campaign}', content: '', term: '{step}' },
    'utm_source=welcome utm_medium=x-email utm_campaign=2027 trial utm_term=hello',
  ],
])('%j gives %s', (utm, expected) => {
  const given = utmParameters(utm, names);
  expect(given.map(([name, value]) => `${name}=${value}`).join(' ')).toBe(expected);
});

test.each([
  [
    '{ source: a, medium: "▸{arm}" }',
    'utm/medium',
    'there is no {arm}; there are {campaign}, {step}, {template}, {channel}',
  ],
  [
    '{ source: a, content: "x ▸{constructor}" }',
    'utm/content',
    'there is no {constructor}; there are {campaign}, {step}, {template}, {channel}',
  ],
  ['▸{ medium: a }', 'utm', 'needs "source"'],
  ['{ source: ▸"" }', 'utm/source', 'must not have fewer than 1 characters'],
  [
    '{ source: a, except: [▸"https://a.example"] }',
    'utm/except/0',
    'must be a host such as docs.acme.example',
  ],
])('utm: %s is refused, with its place', (utm, path, message) => {
  const marked = `${head}utm: ${utm}\nsteps: [{ id: a, wait: P1D }]`;
  const before = marked.slice(0, marked.indexOf('▸')).split('\n');
  const place = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  expect(faultsOf(marked.replace('▸', ''))).toEqual([`${path} ${place} ${message}`]);
});

test('links to a host that is left out, and to those below it, take none', () => {
  const takes = takesUtm({ source: 'a', except: ['docs.acme.example', 'MÜNCHEN.example'] });
  for (const host of ['docs.acme.example', 'de.docs.acme.example', 'xn--mnchen-3ya.example'])
    expect(takes(host)).toBe(false);
  for (const host of ['acme.example', 'notdocs.acme.example']) expect(takes(host)).toBe(true);
});
