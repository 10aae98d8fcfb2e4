/** What is wrong with a file that somebody gave us, and where. `line` and `column` count from 1. */
export interface FileFault {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly reason: string;
}

/** Files that cannot be used: shown fault by fault, without a stack. */
export class InputError extends Error {
  readonly faults: readonly FileFault[];
  constructor(faults: readonly FileFault[]) {
    super(faults.map(describe).join('\n'));
    this.faults = faults;
  }
}

/** `file:line:column: reason`, as editors and terminals link it. */
export const describe = ({ file, line, column, reason }: FileFault): string =>
  [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':') +
  `: ${reason}`;

/** The text of what was thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
