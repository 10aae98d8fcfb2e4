import pino from 'pino';
import { redactFields, scrub } from './redact.ts';

export type Log = pino.Logger;

export interface LogOptions {
  /** Stands on every line. */
  readonly service: string;
  readonly level: string;
  /** stdout unless told, with up to 50 ms of lines kept in memory. */
  readonly destination?: pino.DestinationStream;
}

/**
 * JSON lines: level as a word, ISO time, service, the object's fields, `msg`. What is secret or personal is
 * taken out of the fields, of those of child loggers and of the message, at any depth, before anything is
 * written. Values for `%s` are dropped.
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
    // An error is described by the formatter already; pino's own serializer would take the description apart
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
  // Fields of a child are written once, when it is made, past the formatter. Children inherit this from the
  // root.
  log.child = function redacted(this: Log, bindings, childOptions) {
    return child.call(this, redactFields(bindings), childOptions);
  } as Log['child'];
  return log;
}

/**
 * Lines leave together, ms apart at most: a call into the kernel for each would be a tenth of the work of a
 * request. pino writes the rest when the process exits, and at once for `fatal`; only a kill that nothing can
 * catch takes them along.
 */
const bufferedStdout = (): pino.DestinationStream =>
  pino.destination({ dest: 1, sync: false, minLength: 8_192, periodicFlush: 50 });

/** pino takes a missing message from the error as it is, so it is taken here first. */
function messageOf(fields: unknown, message: unknown): string | undefined {
  if (typeof message === 'string') return scrub(message);
  const { err } = (fields ?? {}) as { err?: unknown };
  return err instanceof Error ? scrub(err.message) : undefined;
}
