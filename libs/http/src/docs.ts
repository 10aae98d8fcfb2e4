import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyContextConfig, FastifyInstance, FastifySchema } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { stringify } from 'yaml';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * For the OpenAPI document only: bodies that a route reads as text itself, by media type. Each has an
     * example.
     */
    documentedBody?: Readonly<Record<string, TSchema>>;
  }
}

export interface DocsOptions {
  readonly title: string;
  readonly description: string;
  readonly version: string;
}

/**
 * Scripts and data from this server only. The page draws its icons from `data:` and sets styles by attribute.
 */
const PAGE_POLICY =
  "default-src 'none'; connect-src 'self'; script-src 'self'; img-src 'self' data:; style-src 'self' " +
  "'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SCHEME = 'apiKey';

/** `/openapi.json`, and `/docs` to read it. Everything is served from here. Register before the routes. */
export async function registerDocs(
  app: FastifyInstance,
  { title, description, version }: DocsOptions,
): Promise<void> {
  await app.register(swagger, {
    transform: ({ schema, url, route }) => ({ schema: withBody(schema, route.config), url }),
    openapi: {
      openapi: '3.1.0',
      info: { title, description, version },
      components: {
        securitySchemes: { [SCHEME]: { type: 'http', scheme: 'bearer', description: 'An API key.' } },
      },
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_POLICY,
    theme: { title, css: [{ filename: 'herald.css', content: '.swagger-ui .topbar { display: none }' }] },
    // Otherwise the page would send the address of this document to an outside validator.
    uiConfig: { docExpansion: 'list', deepLinking: true, validatorUrl: null },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

/** The schema of a route, with the bodies that only the document knows. */
function withBody(schema: FastifySchema, config: FastifyContextConfig | undefined): FastifySchema {
  const documented = config?.documentedBody ?? (config?.takesYaml === true ? asYaml(schema.body) : undefined);
  if (documented === undefined) return schema;
  const bodies = Object.entries(documented).map(([type, body]) => [type, { schema: body }]);
  return { ...schema, body: { content: Object.fromEntries(bodies) } };
}

/** The same body as JSON and as YAML, with the examples in both. */
function asYaml(body: unknown): Readonly<Record<string, TSchema>> {
  const schema = body as TSchema & { readonly examples?: readonly unknown[] };
  const examples = (schema.examples ?? []).map((example) => stringify(example));
  const description = 'The same as YAML. Mistakes are answered with line and column.';
  return { 'application/json': schema, 'application/yaml': Type.String({ description, examples }) };
}

/** A route's scope, as the document shows it. */
export const securityOf = (scope: string | undefined) => (scope === undefined ? [] : [{ [SCHEME]: [scope] }]);
