import type { Metrics } from '@herald/metrics';
import { tracing } from '@herald/telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf } from './auth.ts';

/**
 * Logs a line and measures the time per request, by route template: never the URL, which may hold a token,
 * and never a body.
 */
export function watchRequests(app: FastifyInstance, metrics: Pick<Metrics, 'httpSeconds'>): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    tracing().route(routeOf(request));
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = routeOf(request);
    const status = reply.statusCode;
    metrics.httpSeconds.observe(
      { http_request_method: method, http_route: route, http_response_status_code: String(status) },
      reply.elapsedTime / 1000,
    );
    const caller = callerOf(request);
    request.log.info(
      {
        method,
        route,
        status,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        workspace: caller?.workspace,
        keyId: caller?.keyId,
      },
      'request',
    );
    done();
  });
}

const routeOf = (request: FastifyRequest): string =>
  request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
