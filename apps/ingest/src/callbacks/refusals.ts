import { Problem } from '@herald/http';

/** What a provider that cannot prove itself is told. */
export const notAuthentic = (): Problem =>
  new Problem(401, 'unauthorized', 'The signature does not hold, or is too old.');

/** Our own fault, which the provider must not take for a refusal: it tries a 5xx again. */
export const notConfigured = (variable: string): Problem =>
  new Problem(503, 'not_configured', 'This callback cannot be verified now.', {
    retryAfter: 60,
    lasting: true,
    cause: new Error(`${variable} is not set`),
  });
