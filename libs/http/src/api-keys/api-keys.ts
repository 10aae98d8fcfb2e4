/** Every scope there is. */
export const SCOPES = [
  'events:write',
  'sources:read',
  'sources:write',
  'prospects:read',
  'prospects:erase',
  'events:read',
  'campaigns:read',
  'campaigns:write',
  'enrollments:read',
  'templates:read',
  'templates:write',
  'messages:read',
  'messages:write',
  'settings:read',
  'settings:write',
  'secrets:write',
  'dead-letters:read',
  'dead-letters:write',
  'installation:dead-letters',
] as const;

export type Scope = (typeof SCOPES)[number];

/** The caller, as the API key says. The workspace comes from here, never from a body. */
export interface Principal {
  readonly keyId: string;
  readonly workspace: string;
  /**
   * Of `SCOPES`, or `*` for all scopes of the key's own workspace. `*` does not include those of the
   * installation.
   */
  readonly scopes: readonly string[];
}

export interface ApiKeys {
  /** The principal of a key; undefined if the key is unknown. */
  find(token: string): Principal | undefined;
}

export const allows = (principal: Principal, scope: Scope): boolean =>
  principal.scopes.includes(scope) || (principal.scopes.includes('*') && !scope.startsWith('installation:'));
