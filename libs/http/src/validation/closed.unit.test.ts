import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { closed } from './closed.ts';

const Inner = Type.Object({ a: Type.Optional(Type.Integer()) });

describe('closed', () => {
  it.each([
    ['an object', Inner, { b: 1 }],
    ['an object in an object', Type.Object({ inner: Inner }), { inner: { b: 1 } }],
    ['an object in a list', Type.Array(Inner), [{ b: 1 }]],
    ['an object in a tuple', Type.Tuple([Inner]), [{ b: 1 }]],
    ['an object in a union', Type.Union([Inner, Type.String()]), { b: 1 }],
  ])('refuses what %s does not name', (_what, schema, value) => {
    expect(Value.Check(schema, value)).toBe(true);
    expect(Value.Check(closed(schema), value)).toBe(false);
  });

  it.each([
    ['names nothing', Type.Object({}), { b: 1 }],
    [
      'is said to be open',
      Type.Object({ a: Type.Integer() }, { additionalProperties: true }),
      { a: 1, b: 1 },
    ],
    ['is a record', Type.Record(Type.String(), Type.Integer()), { b: 1 }],
    [
      'is part of an intersection',
      Type.Intersect([Inner, Type.Object({ b: Type.Integer() })]),
      { a: 1, b: 1 },
    ],
  ])('leaves open what %s', (_what, schema, value) => {
    expect(Value.Check(closed(schema), value)).toBe(true);
  });

  it('leaves the schema it is given as it was', () => {
    closed(Inner);
    expect(Value.Check(Inner, { b: 1 })).toBe(true);
  });
});
