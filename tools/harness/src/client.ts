/** An answer of the HTTP API: its status, and its body as JSON where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly body: unknown;
  /** s after which to come again, where it says so. */
  readonly retryAfter?: number;
}

/** One of the faults that a refused request names. */
export interface ApiFault {
  readonly path: string;
  readonly message: string;
}

/**
 * Herald's HTTP API, with one API key or, as a sender of webhooks, with none. `send` throws only when there
 * is no answer at all.
 */
export interface Client {
  send(
    method: string,
    path: string,
    body?: string | Uint8Array,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** GET, or an error that says what the server said. */
  get<T>(path: string): Promise<T>;
  /** Every item of a list, page after page. */
  all<T>(path: string): Promise<T[]>;
}

const REQUEST_TIMEOUT_MS = 30_000;

/** `base` is where the API is, or says so for each path where several services share it. */
export function createClient(
  base: string | ((method: string, path: string) => string),
  key?: string,
): Client {
  const baseOf = typeof base === 'string' ? () => base : base;
  const client: Client = {
    async send(method, path, body, headers = {}) {
      const response = await fetch(`${baseOf(method, path)}${path}`, {
        method,
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      const text = await response.text();
      const retryAfter = response.headers.get('retry-after');
      return {
        status: response.status,
        ok: response.ok,
        body: asJson(text),
        ...(retryAfter !== null && { retryAfter: Number(retryAfter) }),
      };
    },
    async get<T>(path: string) {
      const answer = await client.send('GET', path);
      if (!answer.ok) throw new Error(`GET ${path}: ${describeProblem(answer)}`);
      return answer.body as T;
    },
    async all<T>(path: string) {
      const items: T[] = [];
      const limited = `${path}${path.includes('?') ? '&' : '?'}limit=200`;
      let cursor: string | undefined;
      do {
        const next = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page = await client.get<{ items: T[]; nextCursor?: string }>(limited + next);
        items.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return items;
    },
  };
  return client;
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What a problem+json answer says, fault by fault. */
export function faultsOf(answer: Answer): ApiFault[] {
  const { errors, detail } = answer.body as { errors?: ApiFault[]; detail?: string };
  if (errors !== undefined && errors.length > 0) return errors;
  return [{ path: '', message: detail ?? `HTTP ${answer.status}` }];
}

/** The same on one line. */
export const describeProblem = (answer: Answer): string =>
  `${answer.status} ${faultsOf(answer)
    .map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
    .join('; ')}`;
