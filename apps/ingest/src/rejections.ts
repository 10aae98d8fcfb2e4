import type { Http } from '@herald/http';
import type { IngestMetrics } from './metrics.ts';

/**
 * Why something sent to us did not get in, by the status it was answered with: the values of the metric's
 * label.
 */
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
 * Counts every request to the routes of `scope` that was refused, whichever part of the server refused it. A
 * 401 is an unknown API key or a bad signature, as the scope has it.
 */
export function countRejections(
  scope: Http,
  metrics: IngestMetrics,
  unauthorized: 'credential' | 'signature',
): void {
  // From 0, so that the first of its kind is seen as an increase.
  for (const reason of [...reasons.values(), unauthorized, 'fault'])
    metrics.eventsRejected.inc({ reason }, 0);
  scope.addHook('onResponse', async (_request, { statusCode }) => {
    if (statusCode < 400) return;
    const reason = statusCode === 401 ? unauthorized : (reasons.get(statusCode) ?? 'fault');
    metrics.eventsRejected.inc({ reason });
  });
}
