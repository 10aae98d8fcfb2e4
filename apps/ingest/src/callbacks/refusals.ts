import { Problem } from '@herald/http';

/** The answer to a provider that does not prove itself. */
export const notAuthentic = (): Problem =>
  new Problem(401, 'unauthorized', 'The signature is invalid or too old.');

/** A fault of the installation, which the provider must not take for a refusal: it retries a 5xx. */
export const notConfigured = (variable: string): Problem =>
  new Problem(503, 'not_configured', 'This callback cannot be verified now.', {
    retryAfter: 60,
    lasting: true,
    cause: new Error(`${variable} is not set`),
  });
