import { Problem } from '@herald/http';
import { describe, expect, it } from 'vitest';
import { readHookBody } from './hook-body.ts';

const read = (text: string | Buffer, type?: string): unknown => readHookBody(Buffer.from(text), type).value;
const statusOf = (run: () => unknown): number | undefined => {
  try {
    run();
  } catch (error) {
    if (error instanceof Problem) return error.status;
    throw error;
  }
  return undefined;
};

describe('the body of a webhook', () => {
  it.each([
    undefined,
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/vnd.api+json',
    'text/plain',
    'application/octet-stream',
  ])('is read as JSON when it is called %s', (type) => {
    expect(read('[{"a":1}]', type)).toEqual([{ a: 1 }]);
  });

  it('has up to a thousand fields of a form', () => {
    const form = (fields: number) => Array.from({ length: fields }, (_, n) => `k${n}=1`).join('&');
    const type = 'application/x-www-form-urlencoded';
    expect(Object.keys(read(form(1_000), type) as object)).toHaveLength(1_000);
    expect(() => read(form(1_001), type)).toThrow('The form has more than 1,000 fields, which is the limit.');
  });

  it('is read as a form, and as the JSON in its only field payload', () => {
    const form = 'application/x-www-form-urlencoded';
    expect(read('a=1&b=%C3%BC+x&a=2', form)).toEqual({ a: '1', b: 'ü x' });
    expect(read(`payload=${encodeURIComponent('{"a":1}')}`, form)).toEqual({ a: 1 });
    expect(read('payload=text', form)).toEqual({ payload: 'text' });
  });

  it('that is empty is an empty object', () => {
    expect(read('')).toEqual({});
  });

  it.each(['{', '{"a":1}x', 'NaN', '{"a":NaN}', '\ufeff{}', '<a/>', "{'a':1}", '[1,]'])(
    '%j is not JSON',
    (text) => {
      expect(statusOf(() => read(text, 'application/json'))).toBe(400);
    },
  );

  it('that is not UTF-8 is refused', () => {
    expect(statusOf(() => read(Buffer.from([0x22, 0xff, 0x22])))).toBe(400);
  });

  it('with a key __proto__ is refused, however it is written', () => {
    for (const text of ['{"__proto__":{}}', '{"a":[{"\\u005f_proto__":1}]}'])
      expect(statusOf(() => read(text))).toBe(400);
    expect(statusOf(() => read('__proto__=1', 'application/x-www-form-urlencoded'))).toBe(400);
    expect(read('{"constructor":"Ferrari"}')).toEqual({ constructor: 'Ferrari' });
  });

  it.each([
    [32, undefined],
    [33, 400],
    [500_000, 400],
  ])('nested %d levels answers %s', (depth, status) => {
    expect(statusOf(() => read('['.repeat(depth) + ']'.repeat(depth)))).toBe(status);
  });

  it.each(['multipart/form-data; boundary=x', 'application/xml', 'text/html', 'image/png'])(
    'of type %s cannot be read',
    (type) => {
      expect(statusOf(() => read('{}', type))).toBe(415);
    },
  );
});
