import type { lookup } from 'node:dns';
import { MIMEType } from 'node:util';
import { type AllowedAddresses, callFailure, createConnector } from '@herald/outbound';
import { Agent, type Dispatcher, request } from 'undici';
import type { FetchedFile } from '../channels/email/attachments.ts';

export interface FetchFileOptions {
  readonly allowed: AllowedAddresses;
  /** ms of wall time for one file, redirects included. */
  readonly timeout: number;
  /** Files fetched at once. */
  readonly connections?: number;
  /** Resolves names. Default: the system's own. */
  readonly lookup?: typeof lookup;
}

interface Wanted {
  /** A larger file fails. */
  readonly maxBytes: number;
  /** The media type that it must have. */
  readonly expected?: string | undefined;
}

/**
 * Fetches a file that a mail takes along, from the public internet and nowhere else. Never rejects. Only
 * Herald's own words, or a code, are in a failure: others could reveal what is behind a name.
 */
export interface FetchFile {
  (url: string, wanted: Wanted): Promise<FetchedFile>;
  close(): Promise<void>;
}

const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_HEADERS = 16 * 1024;
const OCTETS = 'application/octet-stream';
/** What servers say of a file that they know nothing about. */
const ANY: ReadonlySet<string> = new Set([OCTETS, 'binary/octet-stream', 'application/x-download']);

export function createFetchFile({ timeout, connections = 16, ...options }: FetchFileOptions): FetchFile {
  const agent = new Agent({
    connect: createConnector({ ...options, timeout: Math.min(timeout, 10_000) }),
    connections,
    pipelining: 1,
    maxHeaderSize: MAX_HEADERS,
    headersTimeout: timeout,
    bodyTimeout: timeout,
  });

  const fetchOne = async (start: string, { maxBytes, expected }: Wanted): Promise<FetchedFile> => {
    const signal = AbortSignal.timeout(timeout);
    let url = start;
    for (let redirects = 0; ; redirects += 1) {
      const fault = urlFault(url);
      if (fault !== undefined) return final(fault);
      const { statusCode, headers, body } = await request(url, {
        dispatcher: agent,
        headers: { 'user-agent': 'Herald', accept: expected ?? '*/*' },
        signal,
      });
      // A body that is ended early reports that, and an error without a listener would end the process.
      body.on('error', () => {});
      const next = REDIRECTS.has(statusCode) ? URL.parse(single(headers.location) ?? '', url) : null;
      if (statusCode !== 200) body.destroy();
      if (next !== null) {
        if (redirects === MAX_REDIRECTS) return final(`it is behind more than ${MAX_REDIRECTS} redirects`);
        url = next.href;
        continue;
      }
      if (statusCode !== 200) return ofStatus(statusCode);
      const type = mediaType(single(headers['content-type']));
      const wrong = expected === undefined || type === expected || ANY.has(type) ? undefined : type;
      if (wrong !== undefined) {
        body.destroy();
        return final(`its server sent ${wrong} instead of ${expected}`);
      }
      const content = await read(body, maxBytes, Number(single(headers['content-length']) ?? 0));
      return content === undefined
        ? final(`it has more than ${maxBytes} bytes`)
        : { content, contentType: type };
    }
  };

  return Object.assign((url: string, wanted: Wanted) => fetchOne(url, wanted).catch(ofError), {
    close: () => agent.destroy(),
  });
}

/** Undefined: there is more. */
async function read(
  body: Dispatcher.ResponseData['body'],
  maxBytes: number,
  length: number,
): Promise<Buffer | undefined> {
  if (length > maxBytes) {
    body.destroy();
    return undefined;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    // Leaving the loop ends the connection.
    if (size > maxBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function urlFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    return 'it has no URL such as https://files.example/a.pdf';
  return url.username === '' && url.password === '' ? undefined : 'its URL must not have a name or password';
}

function mediaType(header: string | undefined): string {
  try {
    return new MIMEType(header ?? '').essence;
  } catch {
    return OCTETS; // as a server that says nothing
  }
}

const single = (header: string | string[] | undefined): string | undefined => [header].flat()[0];

const final = (failure: string): FetchedFile => ({ failure, isTemporary: false });
const later = (failure: string): FetchedFile => ({ failure, isTemporary: true });

const ofStatus = (status: number): FetchedFile =>
  status >= 500 || status === 408 || status === 425 || status === 429
    ? later(`its server answered ${status}`)
    : final(`its server answered ${status}`);

function ofError(error: unknown): FetchedFile {
  const why = callFailure(error);
  if (why.kind === 'forbidden') return final(`it is not fetched: ${why.reason}`);
  return later(`its server ${why.kind === 'late' ? 'did not send it in time' : why.reason}`);
}
