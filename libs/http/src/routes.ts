import type { RouteOptions } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { securityOf } from './docs.ts';
import { problemResponses } from './pages.ts';
import { closed } from './validation/closed.ts';

/**
 * Completes every route when it is declared, so that no route forgets it: closed schemas, and in the document
 * its security and the errors that can occur before the handler. `takesAnyType`: the route reads bodies of
 * any content type, so it has no 415.
 */
export function completeRoute(route: RouteOptions, takesAnyType: boolean): void {
  const schema = route.schema ?? {};
  for (const part of ['body', 'querystring', 'params'] as const) {
    const given = schema[part];
    if (isSchema(given)) schema[part] = closed(given);
  }
  const { scope } = route.config ?? {};
  // An unknown filter is a mistake to report, even where there are no filters at all.
  if (scope !== undefined && methodsOf(route).includes('GET')) schema.querystring ??= NO_QUERY;
  schema.security ??= securityOf(scope);
  schema.response = { ...problemResponses(...errorsOf(route, takesAnyType)), ...(schema.response ?? {}) };
  route.schema = schema;
}

function errorsOf(route: RouteOptions, takesAnyType: boolean): number[] {
  const { querystring, params } = route.schema ?? {};
  const readsBody = methodsOf(route).some((method) => WITH_BODY.includes(method));
  return [
    ...(readsBody || querystring !== undefined || params !== undefined ? [400] : []),
    ...(route.config?.scope === undefined ? [] : [401, 403]),
    // The server reads a body, and may refuse it, even if the route ignores it.
    ...(readsBody ? [413] : []),
    ...(readsBody && !takesAnyType ? [415] : []),
    // The router's and Node's own, before any handler; 503 while the server stops or a dependency is away.
    ...(params === undefined ? [] : [404, 414]),
    ...[408, 431, 500, 503],
  ];
}

/** Methods with a body. */
const WITH_BODY = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const methodsOf = ({ method }: RouteOptions): string[] => [method].flat();

const NO_QUERY = Type.Object({}, { additionalProperties: false });

const isSchema = (value: unknown): value is TSchema => typeof value === 'object' && value !== null;
