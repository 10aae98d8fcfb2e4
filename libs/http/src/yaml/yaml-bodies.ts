import type { SourceText } from '@herald/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Problem } from '../problem/problem.ts';
import { parseYaml, YAML_TYPES } from './parse-yaml.ts';
import { placedIn } from './placed.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body may be YAML, of the same schema. Mistakes are reported with line and column. */
    takesYaml?: boolean;
  }
}

const sources = new WeakMap<FastifyRequest, SourceText>();

/** Reads YAML for the routes that take it; others refuse it, as before. */
export function readYamlBodies(app: FastifyInstance): void {
  app.addContentTypeParser(
    YAML_TYPES,
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      if (request.routeOptions.config.takesYaml !== true)
        throw Object.assign(new Error('no YAML here'), { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE' });
      const source = parseYaml(body);
      sources.set(request, source);
      return source.value;
    },
  );
}

/** A problem of a request, its errors with their places if the body was YAML. */
export function withPlaces(problem: Problem, request: FastifyRequest): Problem {
  const source = sources.get(request);
  return source === undefined ? problem : placedIn(source, problem);
}
