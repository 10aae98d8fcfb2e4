import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import { type ApiKeys, allows, type Principal, type Scope } from './api-keys/api-keys.ts';
import { Problem } from './problem/problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller's key must allow. A route without it is public. */
    scope?: Scope;
  }
  interface FastifyRequest {
    /** The caller. Only on routes with a scope; reading it elsewhere throws. */
    readonly principal: Principal;
  }
}

const callers = new WeakMap<FastifyRequest, Principal>();

/** The caller, if known. */
export const callerOf = (request: FastifyRequest): Principal | undefined => callers.get(request);

/** The value of `request.principal`. A route without a scope that reads it fails at once: it fails closed. */
export function principalOf(request: FastifyRequest): Principal {
  const principal = callers.get(request);
  if (principal === undefined) throw new Error('this route declares no scope, so it has no principal');
  return principal;
}

/** Checks the key before the body is read, so that a stranger cannot make the server parse anything. */
export const createAuth =
  (apiKeys: ApiKeys): onRequestHookHandler =>
  (request, _reply, done) => {
    const { scope } = request.routeOptions.config;
    if (scope === undefined) return done();
    const token = bearerToken(request.headers.authorization);
    if (token === undefined) {
      return done(
        unauthorized(
          'This needs an API key: send it as `Authorization: Bearer <key>`.',
          'Bearer realm="herald"',
        ),
      );
    }
    const principal = apiKeys.find(token);
    if (principal === undefined) {
      return done(unauthorized('The API key is not known.', 'Bearer realm="herald", error="invalid_token"'));
    }
    callers.set(request, principal);
    if (allows(principal, scope)) return done();
    done(
      new Problem(403, 'missing_scope', `The API key lacks the scope ${scope}.`, {
        headers: {
          'www-authenticate': `Bearer realm="herald", error="insufficient_scope", scope="${scope}"`,
        },
      }),
    );
  };

const unauthorized = (detail: string, challenge: string): Problem =>
  new Problem(401, 'unauthorized', detail, { headers: { 'www-authenticate': challenge } });

const BEARER = /^bearer ([\w.~+/=-]{1,512})$/i;

const bearerToken = (header: string | undefined): string | undefined => BEARER.exec(header ?? '')?.[1];
