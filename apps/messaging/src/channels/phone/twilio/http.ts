import twilio from 'twilio';
import type { Headers } from '../../../providers/answers/patience.ts';

/** Twilio answered that it did not take a request. */
export class TwilioRefusal extends Error {
  override readonly name = 'TwilioRefusal';
  readonly status: number;
  readonly headers: Headers;
  /** Twilio's number for what is wrong, or 0. */
  readonly code: number;

  constructor(status: number, headers: Headers, body: unknown) {
    const { code, message } = errorOf(body);
    super(message);
    this.status = status;
    this.headers = headers;
    this.code = code;
  }
}

type Client = InstanceType<typeof twilio.RequestClient>;

export interface TwilioHttpOptions {
  /** Where the API is, without a path; Default: Twilio's own. */
  readonly url?: string | undefined;
  /** ms of wall time. */
  readonly timeout: number;
  readonly connections: number;
}

/**
 * ms: shorter than servers keep connections. On one that the server is just closing a request is lost, and
 * nobody would know whether it was taken.
 */
const IDLE = 5_000;

/**
 * The library's own HTTP client, which can be sent elsewhere, never follows a redirect, and keeps the headers
 * of a refusal, which say how long to wait.
 */
export function createTwilioHttp({ url, timeout, connections }: TwilioHttpOptions): Client {
  // What the library calls `timeout` is also how long it keeps a connection that nothing uses.
  const client = new twilio.RequestClient({ timeout: IDLE, maxSockets: connections, autoRetry: false });
  const request = client.request.bind(client);
  client.request = async (options) => {
    const response = await request({
      ...options,
      timeout,
      uri: elsewhere(options.uri, url),
      allowRedirects: false,
    });
    if (response.statusCode >= 300)
      throw new TwilioRefusal(response.statusCode, response.headers ?? {}, response.body);
    return response;
  };
  return client;
}

function elsewhere(uri: string, url: string | undefined): string {
  if (url === undefined) return uri;
  const { pathname, search } = new URL(uri);
  return `${url}${pathname}${search}`;
}

function errorOf(body: unknown): { code: number; message: string } {
  const parsed: unknown = typeof body === 'string' ? parse(body) : body;
  if (typeof parsed !== 'object' || parsed === null) return { code: 0, message: 'no reason given' };
  const { code, message } = parsed as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'number' ? code : 0,
    message: typeof message === 'string' ? message : 'no reason given',
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said above: no reason given
  }
}
