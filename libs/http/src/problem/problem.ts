import { STATUS_CODES } from 'node:http';

/** One thing wrong with a request. */
export interface Fault {
  /** A JSON pointer to what is wrong: `/items/3/type`; empty for the whole. */
  readonly path: string;
  /** What is wrong and what is expected, to be read after the path: `must be a whole number`. */
  readonly message: string;
  /** Where in the text at `path`, both from 1; the answer shows it before the message. */
  readonly inside?: { readonly line: number; readonly column: number } | undefined;
}

export interface ProblemOptions {
  /** The answer lists the first 50 and the number of the others. */
  readonly errors?: readonly Fault[];
  /** Their number, if `errors` does not hold them all. */
  readonly errorCount?: number;
  /** s; becomes the header Retry-After. */
  readonly retryAfter?: number;
  /** Other headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log only. */
  readonly cause?: unknown;
  /**
   * It lasts until an operator fixes it, and any caller may cause it at any rate: logged as a warning,
   * without a stack, once a minute.
   */
  readonly lasting?: boolean;
}

/**
 * Throw it in any route: the answer is problem+json (RFC 9457). `code` is stable and for programs, `detail`
 * for people. From status 500 on it is logged with its cause. The client sees all its texts, so put nothing
 * into them that others may not read.
 */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly Fault[] | undefined;
  readonly errorCount: number;
  readonly retryAfter: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly lasting: boolean;

  constructor(status: number, code: string, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = options.errors;
    this.errorCount = options.errorCount ?? options.errors?.length ?? 0;
    this.retryAfter = options.retryAfter;
    this.headers = options.headers ?? {};
    this.lasting = options.lasting ?? false;
  }
}

/** More would not help, and an answer must not grow with what a stranger sends. */
export const MAX_ERRORS = 50;
/** characters */
const MAX_PATH = 200;
const MAX_MESSAGE = 1_000;

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

const wordsOf = ({ message, inside }: Fault): string =>
  inside === undefined ? message : `line ${inside.line}, column ${inside.column}: ${message}`;

function shownErrors(errors: readonly Fault[], count: number): Fault[] {
  const shown = errors
    .slice(0, MAX_ERRORS)
    .map((fault) => ({ path: cut(fault.path, MAX_PATH), message: cut(wordsOf(fault), MAX_MESSAGE) }));
  const more = count - shown.length;
  return more > 0 ? [...shown, { path: '', message: `… and ${more.toLocaleString('en-US')} more` }] : shown;
}

export const PROBLEM_TYPE = 'application/problem+json';

/** The body of the answer. `instance` is the id under which the log has the request. */
export function problemBody({ status, code, detail, errors, errorCount }: Problem, requestId?: string) {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    errors: errors && shownErrors(errors, errorCount),
    instance: requestId && `urn:uuid:${requestId}`,
  };
}
