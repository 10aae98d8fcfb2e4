import pino from 'pino';
import { redactFields, scrub } from './redact.ts';

export type Log = pino.Logger;

export interface LogOptions {
  /** Appears on every line. */
  readonly service: string;
  readonly level: string;
  /** Default: stdout, with up to 50 ms of lines buffered in memory. */
  readonly destination?: pino.DestinationStream;
}

/**
 * Writes JSON lines: level as a word, ISO time, service, the object's fields, `msg`. Secrets and personal
 * data are removed before anything is written: from the fields, from those of child loggers and from the
 * message, at any depth. Values for `%s` are dropped.
 */
export function createLog({ service, level, destination = bufferedStdout() }: LogOptions): Log {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => redactFields(fields),
    },
    // The formatter has described errors already; pino's own serializer would take the description apart
    // again.
    serializers: { err: (described: unknown) => described },
    hooks: {
      logMethod([first, message], method) {
        if (typeof first === 'string') return method.call(this, scrub(first));
        const fields = first instanceof Error ? { err: first } : first;
        method.call(this, fields, messageOf(fields, message));
      },
    },
  };
  const log = pino(options, destination);
  const child = log.child;
  // The fields of a child are written once, when it is made, and bypass the formatter. Children inherit this
  // from the root.
  log.child = function redacted(this: Log, bindings, childOptions) {
    return child.call(this, redactFields(bindings), childOptions);
  } as Log['child'];
  return log;
}

/**
 * Lines are written together, at most 50 ms late: one system call for each would cost a tenth of a request.
 * pino flushes when the process exits, and at once for `fatal`; only SIGKILL loses lines.
 */
const bufferedStdout = (): pino.DestinationStream =>
  pino.destination({ dest: 1, sync: false, minLength: 8_192, periodicFlush: 50 });

/** pino would take a missing message from the error, unredacted, so it is taken here first. */
function messageOf(fields: unknown, message: unknown): string | undefined {
  if (typeof message === 'string') return scrub(message);
  const { err } = (fields ?? {}) as { err?: unknown };
  return err instanceof Error ? scrub(err.message) : undefined;
}
