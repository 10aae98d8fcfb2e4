import type { RouteOptions } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { securityOf } from './docs.ts';
import { problemResponses } from './pages.ts';
import { closed } from './validation/closed.ts';

/**
 * What every route gets when it is declared, so that no route forgets it: closed schemas, and in the document
 * its security and the errors that may come before the handler.
 */
export function completeRoute(route: RouteOptions): void {
  const schema = route.schema ?? {};
  for (const part of ['body', 'querystring', 'params'] as const) {
    const given = schema[part];
    if (isSchema(given)) schema[part] = closed(given);
  }
  const { scope } = route.config ?? {};
  // A filter that does not exist is a mistake to be told of, also where there is no filter at all.
  if (scope !== undefined && [route.method].flat().includes('GET')) schema.querystring ??= NO_QUERY;
  schema.security ??= securityOf(scope);
  schema.response = { ...problemResponses(...errorsOf(route)), ...(schema.response ?? {}) };
  route.schema = schema;
}

function errorsOf(route: RouteOptions): number[] {
  const { schema = {}, config } = route;
  const scope = config?.scope;
  const { body = route.config?.documentedBody, querystring, params } = schema;
  return [
    ...((body ?? querystring ?? params) ? [400] : []),
    ...(scope === undefined ? [] : [401, 403, 503]),
    ...(body === undefined ? [] : [413, 415]),
    // The router's own, and Node's, before any handler.
    ...(params === undefined ? [] : [404, 414]),
    ...[431, 500],
  ];
}

const NO_QUERY = Type.Object({}, { additionalProperties: false });

const isSchema = (value: unknown): value is TSchema => typeof value === 'object' && value !== null;
