import replyFrom from '@fastify/reply-from';
import { type Four, serviceOf } from '@herald/harness';
import fastify from 'fastify';

/**
 * The API of the four services at one address, like behind an Ingress: each request goes to the service that
 * answers its path.
 */
export async function startGateway(four: Pick<Four, 'base'>, port: number): Promise<() => Promise<void>> {
  const app = fastify({ forceCloseConnections: true });
  await app.register(replyFrom, { undici: { bodyTimeout: 0, headersTimeout: 0 } });
  // Bodies pass through unread.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, body, done) => done(null, body));
  app.all('/*', (request, reply) =>
    reply.from(`${four.base(serviceOf(request.method, request.url))}${request.url}`),
  );
  await app.listen({ port, host: '127.0.0.1' });
  return () => app.close();
}
