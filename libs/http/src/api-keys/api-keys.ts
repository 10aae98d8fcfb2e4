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
  'dead-letters:read',
  'dead-letters:write',
  'installation:dead-letters',
] as const;

export type Scope = (typeof SCOPES)[number];

/** Who calls, as the API key says: the workspace is taken from here, never from a body. */
export interface Principal {
  readonly keyId: string;
  readonly workspace: string;
  /**
   * Of `SCOPES`, or `*` for all that are about the key's own workspace: not for those of the installation.
   */
  readonly scopes: readonly string[];
}

export interface ApiKeys {
  /** The principal of a key, or undefined for one that is unknown. */
  find(token: string): Principal | undefined;
}

export const allows = (principal: Principal, scope: Scope): boolean =>
  principal.scopes.includes(scope) || (principal.scopes.includes('*') && !scope.startsWith('installation:'));
