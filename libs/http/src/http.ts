import { writeJson } from '@herald/domain';
import type { Log } from '@herald/log';
import type { Metrics } from '@herald/metrics';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import type { ApiKeys } from './api-keys/api-keys.ts';
import { createAuth, principalOf } from './auth.ts';
import { closeGently } from './close-gently.ts';
import { type DocsOptions, registerDocs } from './docs.ts';
import { answerBrokenRequest, answerError } from './errors.ts';
import { guardHeaders } from './guard-headers.ts';
import { parseJson } from './json/parse-json.ts';
import { DEFAULT_LIMITS, type HttpLimits } from './limits.ts';
import { noSuchRoute, type RouteTemplate } from './not-found.ts';
import { watchRequests } from './requests.ts';
import { completeRoute } from './routes.ts';
import type { TypeBoxProvider } from './type-provider.ts';
import { createValidatorCompiler } from './validation/validator.ts';
import { readYamlBodies } from './yaml/yaml-bodies.ts';

/** The HTTP server. TypeBox schemas type its routes. */
export type Http = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxProvider
>;

export interface HttpOptions extends DocsOptions, Partial<HttpLimits> {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly apiKeys: ApiKeys;
}

/**
 * A server with no routes of its own but `/openapi.json` and `/docs`. Routes declare schemas and `config: {
 * scope }`. Inputs are checked and every fault is reported, `request.principal` is the caller, errors become
 * problem+json, and each request is logged and measured. Bodies are JSON unless a route adds a parser.
 */
export async function createHttp({ log, metrics, apiKeys, ...options }: HttpOptions): Promise<Http> {
  const limits: HttpLimits = { ...DEFAULT_LIMITS, ...options };
  const app: Http = Fastify({
    // Fastify's own lines below a warning, such as one for each address it listens on, say what Herald's say.
    loggerInstance: warningsOf(log) as FastifyBaseLogger,
    childLoggerFactory: (_own, bindings, options) => log.child(bindings, options) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    // No id is accepted from outside: it would appear in the log as one of Herald's.
    genReqId: () => crypto.randomUUID(),
    requestIdHeader: false,
    // A header does not identify a caller. A route that needs the caller's address behind a proxy enables
    // that itself.
    trustProxy: false,
    bodyLimit: limits.bodyLimit,
    requestTimeout: limits.requestTimeout,
    connectionTimeout: limits.idleTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
    http: {
      headersTimeout: limits.headersTimeout,
      connectionsCheckingInterval: limits.checkEvery,
      maxHeaderSize: 16 * 1024,
    },
    // `closeGently` answers while closing, with a problem and Retry-After.
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
    routerOptions: { maxParamLength: 512 },
  });

  app.setValidatorCompiler(createValidatorCompiler());
  // Plain JSON: a serializer compiled from the schema would silently drop fields that the schema does not
  // name.
  app.setSerializerCompiler(() => writeJson);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      if (body.length === 0 && request.routeOptions.schema?.body === undefined) return undefined;
      return parseJson(body);
    },
  );

  readYamlBodies(app);

  const routes: RouteTemplate[] = [];
  app.addHook('onRoute', function (route) {
    completeRoute(route, this.hasContentTypeParser('*'));
    for (const method of [route.method].flat()) routes.push({ method, url: route.url });
  });
  closeGently(app, limits.closeGrace);
  app.decorateRequest('principal', {
    getter() {
      return principalOf(this);
    },
  });
  watchRequests(app, metrics);
  guardHeaders(app);
  app.addHook('onRequest', createAuth(apiKeys));
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    answerError(noSuchRoute(routes, request.method, request.url), request, reply),
  );
  await registerDocs(app, options);
  return app;
}

const warningsOf = (log: Log): Log => (log.isLevelEnabled('info') ? log.child({}, { level: 'warn' }) : log);
