import type { Socket } from 'node:net';
import { createSeldom } from '@herald/log';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_TYPE, Problem, problemBody } from './problem/problem.ts';
import { problemOf } from './problem/problem-of.ts';
import { withPlaces } from './yaml/yaml-bodies.ts';

/** The clock is monotonic. A thousand reasons per process are enough. */
const seldom = createSeldom({ now: () => performance.now(), rate: 1 }, 1_000);

/**
 * Answers with a problem. From status 500 on the error is logged here, once, under the request's id, and the
 * answer contains that id. A lasting problem is logged once a minute.
 */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = withPlaces(problemFor(error, request), request);
  const ours = problem.status >= 500;
  if (ours) logFailure(problem, request);
  if (problem.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(problem.retryAfter)));
  return reply
    .code(problem.status)
    .headers({ ...problem.headers })
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problemBody(problem, ours ? request.id : undefined)));
}

function logFailure(problem: Problem, request: FastifyRequest): void {
  const { cause, code, detail, lasting } = problem;
  if (!lasting) return request.log.error({ err: cause ?? problem, code }, 'request failed');
  const reason = cause instanceof Error ? cause.message : detail;
  if (seldom(`${code} ${reason}`) !== undefined)
    request.log.warn({ code, reason }, 'requests fail until this is mended');
}

/** The problem for an error. A 415 of the framework also says what the route accepts. */
function problemFor(error: unknown, request: FastifyRequest): Problem {
  const problem = problemOf(error);
  if (problem.status !== 415 || error instanceof Problem) return problem;
  const { schema, config } = request.routeOptions;
  const yaml = config.takesYaml === true ? ['application/yaml'] : [];
  const types = schema?.consumes ?? Object.keys(config.documentedBody ?? { 'application/json': true });
  return new Problem(415, problem.code, `${problem.detail} It takes ${[...types, ...yaml].join(', ')}.`);
}

/**
 * Answers a request that could not be read: too slow, too large or not HTTP. Written by hand, because there
 * is no reply object yet.
 */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem =
    BROKEN[error.code ?? ''] ?? new Problem(400, 'bad_request', 'This is not a valid HTTP request.');
  const body = problemBody(problem);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${problem.status} ${body.title}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}

const BROKEN: Readonly<Record<string, Problem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new Problem(408, 'request_timeout', 'The request took too long to arrive.'),
  HPE_HEADER_OVERFLOW: new Problem(431, 'headers_too_large', 'The headers are too large.'),
};
