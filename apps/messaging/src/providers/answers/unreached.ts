/** What Node and the HTTP clients hang on the error of a call that got no answer. */
interface CallFailure {
  readonly message: string;
  readonly code?: string;
  readonly syscall?: string;
  readonly cause?: unknown;
}

/** Codes of failures before a connection stood, so that nothing of the request can have arrived. */
const BEFORE_CONNECTION: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Whether the server certainly got nothing: it was never reached, or never trusted. */
export function isUnreached(failure: unknown): boolean {
  if (typeof failure !== 'object' || failure === null) return false;
  const { code = '', syscall, cause } = failure as Partial<CallFailure>;
  return (
    BEFORE_CONNECTION.has(code) || syscall === 'connect' || syscall === 'getaddrinfo' || isUnreached(cause)
  );
}
