import type { Channel } from '../../message/channel.ts';
import type { Path } from '../../text/source-text.ts';
import type { AddFault } from './fault-list.ts';
import type { SchemaError } from './sentence.ts';

/** A schema, compiled. */
export interface Shape<T> {
  Check(value: unknown): value is T;
  Errors(value: unknown): SchemaError[];
}

/** The checks that several parts of a campaign share. Each notes the mistakes that it finds. */
export interface Checker {
  readonly fault: AddFault;
  /** Whether a value fits a schema. */
  matches<T>(shape: Shape<T>, value: unknown, path: Path): value is T;
  onlyFields(value: Record<string, unknown>, known: readonly string[], path: Path): void;
  /** These take `undefined` for a field that is left out. */
  expression(text: string | undefined, path: Path): void;
  condition(text: string | undefined, path: Path): void;
  duration(text: string | undefined, path: Path): void;
  zone(name: string | undefined, path: Path): void;
  /** An event type that Herald may record about a prospect. */
  eventType(type: string, path: Path): void;
  /** The event, and the condition on it, that a part of the campaign waits for. */
  awaited(event: { readonly on: string; readonly when?: string }, path: Path): void;
  /** A template that must exist; whether it does, the caller of `parseCampaign` checks. */
  template(channel: Channel, template: string, path: Path): void;
}
