/** A CEL expression that cannot be used. Line and column are 1-based, within the expression. */
export class ExpressionError extends Error {
  readonly code = 'expression';
  readonly line: number;
  readonly column: number;
  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** An expression that is fine in itself but gave no value for what it was given. */
export class EvaluationError extends Error {
  readonly code = 'evaluation';
  /** What went wrong as a word or two, without any of the data: `no_such_overload`. */
  readonly reason: string;
  constructor(message: string, reason = 'no_value') {
    super(message);
    this.reason = reason;
  }
}

/** What an error says, whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
