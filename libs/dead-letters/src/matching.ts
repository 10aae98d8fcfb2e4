import { allows, type Principal, Problem } from '@herald/http';
import { scrub } from '@herald/log';
import { Type } from 'typebox';
import type { Letter } from './search.ts';

/** What letters of one kind have in common. */
export const Matching = Type.Object({
  reason: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 500,
      description: 'Only those whose reason has this text in it.',
    }),
  ),
  key: Type.Optional(
    Type.String({ minLength: 1, maxLength: 255, description: 'Only those with this routing key.' }),
  ),
});

export const Unowned = Type.Optional(
  Type.Boolean({
    description:
      'Those that belong to no one workspace, because they cannot be read or hold messages of several. ' +
      'Needs the scope `installation:dead-letters`.',
  }),
);

export const matches =
  ({ reason, key }: { readonly reason?: string; readonly key?: string }) =>
  (letter: Letter): boolean =>
    (reason === undefined || scrub(letter.reason).includes(reason)) &&
    (key === undefined || letter.key === key);

/**
 * Whose letters a key may have: its workspace's, or, where it may and asks for them, nobody's. Else a
 * `Problem` (403).
 */
export function ownerFor(principal: Principal, unowned = false): string | undefined {
  if (!unowned) return principal.workspace;
  if (allows(principal, 'installation:dead-letters')) return undefined;
  throw new Problem(403, 'missing_scope', 'The API key lacks the scope installation:dead-letters.');
}
