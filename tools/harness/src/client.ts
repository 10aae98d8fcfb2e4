/** An answer of the HTTP API: its status, and its body as JSON where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly body: unknown;
  /** `Retry-After`, in s. */
  readonly retryAfter?: number | undefined;
}

/** One fault of a refused request. */
export interface ApiFault {
  readonly path: string;
  readonly message: string;
}

/** Herald's HTTP API, with one API key or, like a sender of webhooks, without. */
export interface Client {
  /** One request. Any answer is a result; it throws only when there is none. */
  send(
    method: string,
    path: string,
    body?: string | Uint8Array,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /**
   * A request that has to succeed: the body of the answer, or an error that says what the server said. A body
   * that is text goes as YAML, any other as JSON.
   */
  must<T>(method: string, path: string, body?: object | string): Promise<T>;
  /** `must` with GET, PUT and POST. */
  get<T>(path: string): Promise<T>;
  put<T>(path: string, body: object | string): Promise<T>;
  post<T>(path: string, body?: object | string): Promise<T>;
  /** Every item of a list, page after page. */
  all<T>(path: string): Promise<T[]>;
}

const REQUEST_TIMEOUT_MS = 30_000;

/** `base`: where the API is. A function where several services share the API: it gives the base of a path. */
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
        body: body ?? null,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      const text = await response.text();
      const retryAfter = response.headers.get('retry-after');
      return {
        status: response.status,
        ok: response.ok,
        body: asJson(text),
        retryAfter: retryAfter === null ? undefined : Number(retryAfter),
      };
    },
    async must<T>(method: string, path: string, body?: object | string) {
      const answer = await (typeof body === 'string'
        ? client.send(method, path, body, { 'content-type': 'application/yaml' })
        : client.send(method, path, body && JSON.stringify(body)));
      if (!answer.ok) throw new Error(`${method} ${path}: ${describeProblem(answer)}`);
      return answer.body as T;
    },
    get: (path) => client.must('GET', path),
    put: (path, body) => client.must('PUT', path, body),
    post: (path, body) => client.must('POST', path, body),
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

/** The faults that a problem+json answer names. */
export function faultsOf(answer: Answer): ApiFault[] {
  const { errors, detail } = answer.body as { errors?: ApiFault[]; detail?: string };
  if (errors !== undefined && errors.length > 0) return errors;
  return [{ path: '', message: detail ?? `HTTP ${answer.status}` }];
}

/** The status and the faults of a problem+json answer, on one line. */
export const describeProblem = (answer: Answer): string =>
  `${answer.status} ${faultsOf(answer)
    .map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
    .join('; ')}`;
