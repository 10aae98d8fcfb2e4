import { ForbiddenTargetError } from './connector.ts';

/** Why nothing came of a call. The reasons are Herald's own words, or a code. */
type CallFailure =
  /** `it leads to an address that is not public` */
  | { readonly kind: 'forbidden'; readonly reason: string }
  | { readonly kind: 'late' }
  /** `cannot be reached: ECONNREFUSED` */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** What an error says, without the words of others: they could reveal what is behind a name. */
export function callFailure(error: unknown): CallFailure {
  const forbidden = forbiddenIn(error);
  if (forbidden !== undefined) return { kind: 'forbidden', reason: forbidden.message };
  const { name = '', code = '' } = (error ?? {}) as { readonly name?: string; readonly code?: string };
  if (name === 'TimeoutError' || code.includes('TIMEOUT') || code === 'ETIMEDOUT') return { kind: 'late' };
  const shown = /^[A-Z][A-Z0-9_]{2,50}$/.test(code) ? `: ${code}` : '';
  return { kind: 'unreachable', reason: `cannot be reached${shown}` };
}

const forbiddenIn = (error: unknown): ForbiddenTargetError | undefined => {
  if (error instanceof ForbiddenTargetError) return error;
  return error instanceof Error && error.cause !== undefined ? forbiddenIn(error.cause) : undefined;
};
