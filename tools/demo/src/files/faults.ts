/** A fault in a file of the user's, and its place. `line` and `column` count from 1. */
export interface FileFault {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly reason: string;
}

/** Files that cannot be used. Shown fault by fault, without a stack trace. */
export class InputError extends Error {
  readonly faults: readonly FileFault[];
  constructor(faults: readonly FileFault[]) {
    super(faults.map(describe).join('\n'));
    this.faults = faults;
  }
}

/** `file:line:column: reason`, which editors and terminals turn into a link. */
export const describe = ({ file, line, column, reason }: FileFault): string =>
  [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':') +
  `: ${reason}`;

/** The message of whatever was thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
