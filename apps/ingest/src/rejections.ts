import type { Http } from '@herald/http';
import type { IngestMetrics } from './metrics.ts';

/** Why a request was refused, by the status of its answer: the values of the metric's label. */
const reasons: ReadonlyMap<number, string> = new Map([
  [400, 'invalid'],
  [403, 'scope'],
  [413, 'too_large'],
  [415, 'media_type'],
  [422, 'mapping'],
  [429, 'rate'],
  [503, 'unavailable'],
]);

/**
 * Counts every refused request to the routes of `scope`, whichever part of the server refused it.
 * `unauthorized` is the reason of a 401: an unknown API key or a bad signature.
 */
export function countRejections(
  scope: Http,
  metrics: IngestMetrics,
  unauthorized: 'credential' | 'signature',
): void {
  // Counts from 0, so that the first of its kind is an increase.
  for (const reason of [...reasons.values(), unauthorized, 'fault'])
    metrics.eventsRejected.inc({ reason }, 0);
  scope.addHook('onResponse', async (_request, { statusCode }) => {
    if (statusCode < 400) return;
    const reason = statusCode === 401 ? unauthorized : (reasons.get(statusCode) ?? 'fault');
    metrics.eventsRejected.inc({ reason });
  });
}
