import type { TSchema } from 'typebox';
import type { Instant } from '../../clock.ts';
import type { DataOf, RecordedEvent, RulesByType } from '../../enrollment/event-rules.ts';
import type { Awaited, EnrollmentState } from '../../enrollment/state.ts';
import type { Unanswered } from '../../enrollment/unanswered.ts';
import type { World } from '../../enrollment/view.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import type { Path } from '../../text/source-text.ts';
import type { Hours } from '../../time/hours.ts';
import type { Checker } from '../check/checks.ts';

/** What every step has. */
export interface Identified {
  readonly id: string;
}

/**
 * A list of steps inside a step. Events record its name: `then`, `else`, `0`, `1`, …, `otherwise`.
 */
export interface Branch<S extends Identified = Identified> {
  readonly name: string;
  readonly steps: readonly S[];
}

/**
 * A kind of step: all that Herald knows of it, save its name, which `index.ts` gives. A step is of the kind
 * whose name is one of its fields: `{ id: pause, wait: P2D }`.
 */
export interface StepKind<S extends Identified, E extends RecordedEvent> {
  /** JSON Schema of the field that is named like the kind. */
  readonly schema: TSchema;
  /** JSON Schema of the optional fields that may stand beside it, such as `then`. */
  readonly beside?: Readonly<Record<string, TSchema>>;
  /** Notes every mistake of a step at `path`. Its id and the names of its fields have been checked. */
  check(step: Readonly<Record<string, unknown>>, path: Path, checker: StepChecker): void;
  /** The template of the message that it sends. */
  template?(step: S): string;
  /** The event that ends its wait. */
  awaits?(step: S): Awaited;
  branches?(step: S): readonly Branch[];
  /**
   * Does what the step says, by recording events. Throws an `EvaluationError` or a `RangeError` where the
   * data give no usable value: that fails the enrollment.
   */
  perform(run: StepRun<E>, step: S): void;
  /** What follows from each event that `perform` may record. */
  readonly events: RulesByType<E>;
}

/** A kind as the loops over all kinds see it: a step is only ever given to its own kind. */
export type AnyStepKind = StepKind<Identified, RecordedEvent>;

/** The checks that a kind may use. */
export interface StepChecker extends Checker {
  /** A list of steps inside the step. */
  steps(value: unknown, path: Path): void;
}

/** What a step may use of the run that performs it. */
export interface StepRun<E extends RecordedEvent> {
  readonly workspace: string;
  /** When the campaign lets its messages leave. */
  readonly window: Hours | undefined;
  readonly unanswered: Unanswered[];
  /** Throws before `enrollment.entered` is recorded. */
  state(): EnrollmentState;
  world(): World;
  /** The prospect's time zone. */
  zone(): string;
  /** The logical time of what is recorded next. */
  now(): Instant;
  /** The value of an expression now. Throws `EvaluationError`. */
  value(expression: string): JsonValue;
  /** The truth of a condition now. Throws `EvaluationError`. */
  test(condition: string): boolean;
  /** Later steps of this decision see these traits. */
  learn(traits: JsonObject): void;
  record<T extends E['type']>(type: T, data: DataOf<Extract<E, { readonly type: T }>>): void;
}
