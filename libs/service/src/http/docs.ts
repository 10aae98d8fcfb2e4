import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

export interface DocsOptions {
  readonly title: string;
  readonly description: string;
  readonly version: string;
}

/** Scripts and data from here only. The page draws its icons from `data:` and sets styles by attribute. */
const PAGE_POLICY =
  "default-src 'none'; connect-src 'self'; script-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SCHEME = 'apiKey';

/**
 * `/openapi.json` and, for reading, `/docs`: all of it is served from here, nothing from elsewhere. Register
 * before the routes.
 */
export async function registerDocs(
  app: FastifyInstance,
  { title, description, version }: DocsOptions,
): Promise<void> {
  await app.register(swagger, {
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
    // Without this the page would show the address of this document to an outside validator.
    uiConfig: { docExpansion: 'list', deepLinking: true, validatorUrl: null },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

/** What a route's scope means for the document. */
export const securityOf = (scope: string | undefined) => (scope === undefined ? [] : [{ [SCHEME]: [scope] }]);
