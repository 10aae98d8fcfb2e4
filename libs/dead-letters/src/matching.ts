import { allows, type Principal, Problem } from '@herald/http';
import { scrub } from '@herald/log';
import { Type } from 'typebox';
import type { Letter } from './search.ts';

/** What selects letters of one kind. */
export const Matching = Type.Object({
  reason: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 500,
      description: 'Only letters whose reason contains this text.',
    }),
  ),
  key: Type.Optional(
    Type.String({ minLength: 1, maxLength: 255, description: 'Only letters with this routing key.' }),
  ),
});

export const Unowned = Type.Optional(
  Type.Boolean({
    description:
      'Letters that belong to no single workspace: they cannot be read, or hold events of several. ' +
      'Needs the scope `installation:dead-letters`.',
  }),
);

export const matches =
  ({ reason, key }: { readonly reason?: string; readonly key?: string }) =>
  (letter: Letter): boolean =>
    (reason === undefined || scrub(letter.reason).includes(reason)) &&
    (key === undefined || letter.key === key);

/**
 * The workspace whose letters a key may see; undefined for letters of no single workspace. Throws a `Problem`
 * (403) if the key may not see those.
 */
export function ownerFor(principal: Principal, unowned = false): string | undefined {
  if (!unowned) return principal.workspace;
  if (allows(principal, 'installation:dead-letters')) return undefined;
  throw new Problem(403, 'missing_scope', 'The API key lacks the scope installation:dead-letters.');
}
