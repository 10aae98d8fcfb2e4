import type { FastifyInstance } from 'fastify';

/**
 * Headers of every answer, unless the route set them. Transport security is left to whatever terminates TLS.
 */
const DEFAULTS: Readonly<Record<string, string>> = {
  // An answer is data. A page that needs more sets its own policy.
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Answers contain personal data.
  'cache-control': 'no-store',
};

export function guardHeaders(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    for (const [name, value] of Object.entries(DEFAULTS)) {
      if (!reply.hasHeader(name)) reply.header(name, value);
    }
    done(null, payload);
  });
}
