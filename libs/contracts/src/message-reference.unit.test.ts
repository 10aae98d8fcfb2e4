import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MessageReference, messageReference, readMessageReference } from './message-reference.ts';
import { signUnsubscribe, verifyUnsubscribe } from './unsubscribe-token.ts';

const SECRET = 'a secret of this installation, long enough';
const reference: MessageReference = {
  workspace: 'acme',
  prospectId: 'jörg/1',
  messageId: 'm-1',
  channel: 'sms',
};

/** A token with a correct signature, whatever it says. */
const signed = (text: string): string => {
  const payload = Buffer.from(text).toString('base64url');
  return `${payload}.${createHmac('sha256', SECRET).update(`message:${payload}`).digest('base64url')}`;
};

describe('a message reference', () => {
  it('returns whatever was signed, in characters that URLs and headers accept', () => {
    const text = fc
      .string({ minLength: 1, maxLength: 200, unit: 'grapheme' })
      .filter((t) => t.isWellFormed());
    const channel = fc.constantFrom('email', 'sms', 'call', 'webhook');
    fc.assert(
      fc.property(text, text, text, channel, (workspace, prospectId, messageId, channel) => {
        const said = { workspace, prospectId, messageId, channel } as const;
        fc.pre(JSON.stringify(said).length < 800);
        const token = messageReference(SECRET, said);
        expect(token).toMatch(/^[A-Za-z0-9._-]+$/);
        expect(readMessageReference(SECRET, token)).toEqual(said);
      }),
    );
  });

  it('holds the longest ids there can be', () => {
    const longest = { ...reference, prospectId: '😀'.repeat(100), workspace: 'w'.repeat(63) };
    expect(readMessageReference(SECRET, messageReference(SECRET, longest))).toEqual(longest);
  });

  it('is the same every time', () => {
    expect(messageReference(SECRET, { ...reference })).toBe(messageReference(SECRET, reference));
  });

  it('is refused under another secret', () => {
    expect(readMessageReference('another secret', messageReference(SECRET, reference))).toBeUndefined();
  });

  it('is not an unsubscribe token, and an unsubscribe token is not a reference', () => {
    const claim = { ...reference, channel: 'email' as const };
    expect(verifyUnsubscribe(messageReference(SECRET, reference), SECRET)).toBeUndefined();
    expect(readMessageReference(SECRET, signUnsubscribe(claim, SECRET))).toBeUndefined();
  });

  it('is refused with any one character changed, added or removed', () => {
    const token = messageReference(SECRET, reference);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.string({ maxLength: 2 }), (at, put) => {
        const altered = token.slice(0, at) + put + token.slice(at + 1);
        fc.pre(altered !== token);
        expect(readMessageReference(SECRET, altered)).toBeUndefined();
      }),
    );
  });

  it.each(['', '.', '..', 'a.b.c', '\ud800.\udfff', '.'.repeat(100_000)])(
    'that is garbage (%#) is refused without an error',
    (token) => {
      expect(readMessageReference(SECRET, token)).toBeUndefined();
    },
  );

  it.each([
    'not json',
    '',
    'null',
    '["acme","p","m"]',
    '["acme","p","m","pigeon"]',
    '["acme","","m","sms"]',
    '["acme","p","m","sms",1]',
  ])('that we signed but that says %j is refused without an error', (text) => {
    expect(readMessageReference(SECRET, signed(text))).toBeUndefined();
  });
});
