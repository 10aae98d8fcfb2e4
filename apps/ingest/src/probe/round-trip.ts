import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

export interface RoundTripOptions {
  readonly ingestUrl: string;
  readonly eventHandlerUrl: string;
  /** With the scopes `events:write` and `events:read`. */
  readonly apiKey: string;
  /** ms for all of it. */
  readonly within: number;
  /** ms between two requests. */
  readonly every?: number;
}

/** An unexpected answer. `message` says whose, and what it says. */
export class RoundTripError extends Error {}

/** The prospect of such events. */
const PROSPECT = 'herald-probe';

/**
 * Sends one event through ingest and waits until event-handler has it in the log: then broker, database, both
 * services and the key work. Returns the id of the event and the ms it took. Throws a `RoundTripError` if it
 * did not arrive in time, or a service refused.
 */
export async function roundTrip(options: RoundTripOptions): Promise<{ id: string; ms: number }> {
  const { ingestUrl, eventHandlerUrl, apiKey, within, every = 250 } = options;
  const signal = AbortSignal.timeout(within);
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const id = `probe-${randomUUID()}`;
  const start = performance.now();
  try {
    const body = JSON.stringify({ id, type: 'probe.sent', prospectId: PROSPECT });
    const accepted = await fetch(`${ingestUrl}/v1/events`, { method: 'POST', headers, body, signal });
    if (accepted.status !== 202) throw await refusal('ingest', accepted);
    await accepted.body?.cancel();
    for (;;) {
      const answer = await fetch(`${eventHandlerUrl}/v1/events/${id}`, { headers, signal });
      if (answer.status !== 200 && answer.status !== 404) throw await refusal('event-handler', answer);
      await answer.body?.cancel();
      if (answer.status === 200) return { id, ms: Math.round(performance.now() - start) };
      await delay(every, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new RoundTripError(`event ${id} was not in the log within ${within} ms`);
  }
}

const refusal = async (who: string, answer: Response): Promise<RoundTripError> =>
  new RoundTripError(`${who} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
