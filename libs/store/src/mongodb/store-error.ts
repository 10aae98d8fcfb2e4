import { MongoDriverError, MongoErrorLabel, MongoNetworkError, MongoServerError } from 'mongodb';
import { StoreUnavailableError } from '../unavailable.ts';

/**
 * Codes by which a server, or a gateway in front of one, says that it cannot serve now. What the driver
 * retries by itself, and what it leaves to its caller: a time limit, a write that no majority has, a conflict
 * of two writes, a full disk, a limit on requests.
 */
const UNAVAILABLE: ReadonlySet<number> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  24, // LockTimeout
  43, // CursorNotFound: the server that had it is gone
  46, // LockBusy
  50, // MaxTimeMSExpired
  63, // StaleShardVersion
  64, // WriteConcernTimeout
  79, // UnknownReplWriteConcern
  89, // NetworkTimeout
  91, // ShutdownInProgress
  95, // NotSecondary
  100, // UnsatisfiableWriteConcern
  112, // WriteConflict
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  150, // StaleEpoch
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  262, // ExceededTimeLimit
  290, // TransactionExceededLifetimeLimitSeconds
  314, // ObjectIsBusy
  317, // ConnectionPoolExpired
  391, // ReauthenticationRequired
  462, // IngressRequestRateLimitExceeded
  9001, // SocketException
  10058, // LegacyNotPrimary
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13388, // StaleConfig
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  14031, // OutOfDiskSpace
  16500, // RequestRateTooLarge, of Azure Cosmos DB
]);

/**
 * InternalError, UnknownError: what gateways answer while the database behind them is away, and servers when
 * a query breaks them.
 */
const DOUBTFUL: ReadonlySet<number> = new Set([1, 8]);

const LABELS = [
  MongoErrorLabel.RetryableWriteError,
  MongoErrorLabel.TransientTransactionError,
  MongoErrorLabel.RetryableError,
  MongoErrorLabel.SystemOverloadedError,
  MongoErrorLabel.ResetPool,
];

/** Errors of the driver's own that speak of a connection. Others are about how it was called. */
const CONNECTION_ERRORS: ReadonlySet<string> = new Set([
  'MongoServerSelectionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoOperationTimeoutError',
  'MongoWaitQueueTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'PoolClearedOnNetworkError',
  'MongoNotConnectedError',
  'MongoServerClosedError',
  'MongoTopologyClosedError',
  'MongoCursorExhaustedError',
  'MongoStalePrimaryError',
  'MongoUnexpectedServerResponseError',
]);

/**
 * The error a caller of the store gets. The server's errors quote keys and values, and the driver attaches
 * the documents that failed: neither may reach a log. What stays is the code, by which the server's
 * documentation says what happened.
 */
export function storeError(error: unknown): unknown {
  if (error instanceof MongoServerError) return ofServer(error);
  const isOfConnection =
    error instanceof MongoNetworkError ||
    (error instanceof Error && CONNECTION_ERRORS.has(error.name) && !isTooOld(error));
  if (!isOfConnection) return error;
  const labels = error instanceof MongoDriverError ? error.errorLabels : [];
  return new StoreUnavailableError([error.name, error.message, ...labels].join(' ').trim());
}

/**
 * A server that the driver does not support stays so. The driver says so by its number for the protocol, when
 * it connects and when it looks for a server.
 */
export const isTooOld = ({ message }: Error): boolean => /\bwire version\b/.test(message);

function ofServer(error: MongoServerError): Error {
  const { name, code, codeName } = error;
  const message = `MongoDB refused: ${[name, code, codeName].filter(Boolean).join(' ')}`;
  const codes = codesOf(error);
  const isCertain =
    codes.some((one) => UNAVAILABLE.has(one)) || LABELS.some((label) => error.hasErrorLabel(label));
  if (isCertain) return new StoreUnavailableError(message);
  if (codes.length === 0)
    return new StoreUnavailableError(`MongoDB refused: ${name} without a code`, { doubtful: true });
  if (codes.some((one) => DOUBTFUL.has(one))) return new StoreUnavailableError(message, { doubtful: true });
  return Object.assign(new Error(message), { code });
}

/** Of the command, of each write in it, and of what a majority did not get. */
function codesOf(error: MongoServerError): number[] {
  const { code, writeErrors, writeConcernError, result } = error as MongoServerError & Parts;
  const concern =
    typeof result?.getWriteConcernError === 'function'
      ? result.getWriteConcernError()
      : (result?.writeConcernError ?? writeConcernError);
  return [code, ...[writeErrors ?? []].flat().map((one) => one.code), concern?.code].flatMap((one) => {
    const number = Number(one);
    return one === undefined || one === null || Number.isNaN(number) ? [] : [number];
  });
}

interface Coded {
  readonly code?: unknown;
}

/** What errors of single writes, of bulk writes and of write concerns carry. */
interface Parts {
  readonly writeErrors?: Coded | readonly Coded[];
  readonly writeConcernError?: Coded;
  readonly result?: {
    readonly writeConcernError?: Coded;
    getWriteConcernError?(): Coded | undefined;
  };
}
