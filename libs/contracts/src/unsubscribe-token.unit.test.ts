import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signUnsubscribe, verifyUnsubscribe } from './unsubscribe-token.ts';

const SECRET = 'a secret of this installation, long enough';
const claim = { workspace: 'acme', prospectId: 'jörg/1', channel: 'email', messageId: 'm-1' };

/** A token with a correct signature, whatever it says. */
const signed = (text: string): string => {
  const payload = Buffer.from(text).toString('base64url');
  return `${payload}.${createHmac('sha256', SECRET).update(`unsubscribe:${payload}`).digest('base64url')}`;
};

describe('an unsubscribe token', () => {
  it('returns every claim that was signed', () => {
    const text = fc
      .string({ minLength: 1, maxLength: 200, unit: 'grapheme' })
      .filter((t) => t.isWellFormed());
    fc.assert(
      fc.property(text, text, text, text, (workspace, prospectId, channel, messageId) => {
        const said = { workspace, prospectId, channel, messageId };
        fc.pre(JSON.stringify(said).length < 800);
        expect(verifyUnsubscribe(signUnsubscribe(said, SECRET), SECRET)).toEqual(said);
      }),
    );
  });

  it('holds the longest ids there can be', () => {
    const longest = { ...claim, prospectId: '😀'.repeat(100), workspace: 'w'.repeat(63) };
    expect(verifyUnsubscribe(signUnsubscribe(longest, SECRET), SECRET)).toEqual(longest);
  });

  it('may name a topic', () => {
    const said = { ...claim, topic: 'news' };
    expect(verifyUnsubscribe(signUnsubscribe(said, SECRET), SECRET)).toEqual(said);
  });

  it('is refused under another secret', () => {
    expect(verifyUnsubscribe(signUnsubscribe(claim, 'another secret'), SECRET)).toBeUndefined();
  });

  it('is refused with any one character changed, added or removed', () => {
    const token = signUnsubscribe(claim, SECRET);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.string({ maxLength: 2 }), (at, put) => {
        const altered = token.slice(0, at) + put + token.slice(at + 1);
        fc.pre(altered !== token);
        expect(verifyUnsubscribe(altered, SECRET)).toBeUndefined();
      }),
    );
  });

  it('that is garbage is refused without an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map((s) => `${s}.${s}`),
        ),
        (token) => {
          expect(verifyUnsubscribe(token, SECRET)).toBeUndefined();
        },
      ),
    );
    for (const token of ['', '.', '..', 'a.b.c', '\ud800.\udfff', '.'.repeat(100_000)])
      expect(verifyUnsubscribe(token, SECRET)).toBeUndefined();
  });

  it.each([
    'not json',
    '',
    'null',
    '{}',
    '["acme","p","email"]',
    '["acme","p","email","m",1]',
    '["acme","",null,4]',
  ])('that we signed but that says %j is refused without an error', (text) => {
    expect(verifyUnsubscribe(signed(text), SECRET)).toBeUndefined();
  });
});
