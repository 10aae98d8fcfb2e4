import { type AllowedAddresses, createAllowedAddresses, createConnector } from '@herald/outbound';
import { Agent, request } from 'undici';

/**
 * ms of wall time for one call, from resolving the name to the end of the answer. SNS itself waits 15 s for
 * Herald.
 */
const TIMEOUT = 5_000;
/** bytes */
const MAX_ANSWER = 64 * 1024;

/** The answer to a call. */
export interface PinnedAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * GETs a URL whose host the caller has checked. Rejects if there is no answer in time, if it is too large, or
 * if the address is not public.
 */
export type FetchPinned = (url: URL) => Promise<PinnedAnswer>;

/** Calls SNS: only public addresses, without redirects, bounded in time and size. */
export function createFetchPinned({
  allowed = createAllowedAddresses([]),
  timeout = TIMEOUT,
}: {
  readonly allowed?: AllowedAddresses;
  /** ms */
  readonly timeout?: number;
} = {}): { fetchPinned: FetchPinned; close(): Promise<void> } {
  const agent = new Agent({
    connect: createConnector({ allowed, timeout }),
    connections: 4,
    pipelining: 1,
    maxHeaderSize: MAX_ANSWER,
    maxResponseSize: MAX_ANSWER,
  });
  return {
    async fetchPinned(url) {
      const { statusCode, body } = await request(url, {
        dispatcher: agent,
        headers: { 'user-agent': 'Herald' },
        signal: AbortSignal.timeout(timeout),
      });
      return { status: statusCode, text: await body.text() };
    },
    async close() {
      await agent.destroy();
    },
  };
}
