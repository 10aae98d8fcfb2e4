import { createHash } from 'node:crypto';
import fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { isTwilioSignature, type TwilioRequest } from './twilio.ts';

const TOKEN = '12345';
const FORM = 'application/x-www-form-urlencoded';

const formOf = (fields: Record<string, string | string[]>): Buffer => {
  const form = new URLSearchParams();
  for (const [name, values] of Object.entries(fields))
    for (const value of [values].flat()) form.append(name, value);
  return Buffer.from(form.toString());
};
const holds = (over: Partial<TwilioRequest>, tokens = [TOKEN]) =>
  isTwilioSignature(
    { url: 'https://herald.example/cb', body: Buffer.alloc(0), contentType: FORM, signature: '', ...over },
    tokens,
  );

describe('a signature of Twilio', () => {
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
  const fields = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  };
  // Of the example in Twilio's documentation of its signatures.
  const signature = 'RSOYDt4T1cUTdK1PDd93/VVr8B8=';

  it('holds for the example of the documentation', () => {
    expect(holds({ url, body: formOf(fields), signature })).toBe(true);
    expect(holds({ url, body: formOf(fields), signature }, ['another', TOKEN])).toBe(true);
    expect(holds({ url, body: formOf({ ...fields, Digits: '1235' }), signature })).toBe(false);
    expect(holds({ url: `${url}&a=b`, body: formOf(fields), signature })).toBe(false);
    expect(holds({ url, body: formOf(fields), signature }, ['another'])).toBe(false);
    expect(holds({ url, body: formOf(fields), signature }, [])).toBe(false);
  });

  it('holds for whatever the package of Twilio signs', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((t) => t.isWellFormed());
    const names = fc.dictionary(
      fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,9}$/),
      fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })),
    );
    fc.assert(
      fc.property(names, text, fc.constantFrom('', ':443', ':8443'), (form, query, port) => {
        const address = `https://herald.example${port}/cb?say1=${encodeURIComponent(query)}`;
        const signed = twilio.getExpectedTwilioSignature(TOKEN, address, form);
        expect(holds({ url: address, body: formOf(form), signature: signed })).toBe(true);
        expect(holds({ url: address, body: formOf({ ...form, Added: 'x' }), signature: signed })).toBe(false);
      }),
    );
  });

  it('holds with or without the port, which Twilio sometimes signs', () => {
    const sign = (address: string) => twilio.getExpectedTwilioSignature(TOKEN, address, {});
    expect(holds({ signature: sign('https://herald.example:443/cb') })).toBe(true);
    expect(holds({ url: 'http://herald.example:8080/cb', signature: sign('http://herald.example/cb') })).toBe(
      true,
    );
    expect(holds({ signature: sign('http://herald.example/cb') })).toBe(false);
  });

  it('may be of SHA-256, with a shared key', () => {
    const signed = twilio.getExpectedTwilioSignature(
      TOKEN,
      'https://herald.example/cb',
      { a: 'b' },
      'HMAC_SHA256',
    );
    expect(holds({ body: formOf({ a: 'b' }), signature: signed })).toBe(true);
    expect(holds({ body: formOf({ a: 'c' }), signature: signed })).toBe(false);
  });

  it('of JSON is over the address, which holds the hash of the body', () => {
    const body = Buffer.from('{"a": 1}');
    const address = `https://herald.example/cb?bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
    const signed = twilio.getExpectedTwilioSignature(TOKEN, address, {});
    const json = { url: address, contentType: 'application/json', signature: signed };
    expect(twilio.validateRequestWithBody(TOKEN, signed, address, body.toString())).toBe(true);
    expect(holds({ ...json, body })).toBe(true);
    expect(holds({ ...json, body: Buffer.from('{"a": 2}') })).toBe(false);
  });

  it('binds no body that it is not over', () => {
    const signed = twilio.getExpectedTwilioSignature(TOKEN, 'https://herald.example/cb', {});
    expect(holds({ signature: signed })).toBe(true);
    expect(holds({ signature: signed, body: Buffer.from('{"a":1}'), contentType: 'application/json' })).toBe(
      false,
    );
    expect(holds({ signature: signed, body: Buffer.from('{"a":1}'), contentType: undefined })).toBe(false);
  });

  it('is refused when it is missing, or the address is invalid', () => {
    expect(holds({ signature: undefined })).toBe(false);
    expect(holds({ url: '/cb', signature: 'x' })).toBe(false);
  });
});
