/** What a span may say: bounded values and opaque ids, never a name, an address or a text of somebody. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  /**
   * `client` for a call of somebody else's system, `consumer` for messages that are handled, `internal` for
   * the rest.
   */
  readonly kind: 'client' | 'consumer' | 'internal';
  readonly attributes?: SpanAttributes;
  /** W3C trace contexts of what led to this, in other traces. */
  readonly links?: readonly (string | undefined)[];
  /** Begins a trace of its own, whatever is under way: for work done for several causes at once. */
  readonly root?: boolean;
}

/** A span under way. */
export interface OpenSpan {
  /** Adds to what it says. */
  set(attributes: SpanAttributes): void;
}

/**
 * What the services ask of tracing beyond what is traced by itself (requests, messages, queries). Does
 * nothing unless the process was started with the preload and an exporter is configured: then nothing of
 * OpenTelemetry is even loaded.
 */
export interface Tracing {
  /** The W3C trace context of what is under way; undefined when nothing is traced here. */
  traceparent(): string | undefined;
  /**
   * Runs `work` in a span of its own, which ends with it. A rejection passes through and marks the span as
   * failed.
   */
  span<T>(name: string, options: SpanOptions, work: (span: OpenSpan) => Promise<T>): Promise<T>;
  /** Adds to the span under way. */
  annotate(attributes: SpanAttributes): void;
  /** Tells the span of the HTTP request under way by which route template it is answered. */
  route(template: string): void;
  /**
   * Exports what has ended, and stops. False: that took longer than `patience` ms, or failed, and what had
   * not left is lost. Never rejects: a collector that is away must not spoil a process's end.
   */
  stop(patience: number): Promise<boolean>;
}

const NOT_RECORDED: OpenSpan = { set: () => {} };

const off: Tracing = {
  traceparent: () => undefined,
  span: (_name, _options, work) => work(NOT_RECORDED),
  annotate: () => {},
  route: () => {},
  stop: async () => true,
};

let current: Tracing = off;

/** The tracing of this process. */
export const tracing = (): Tracing => current;

/** Makes it the tracing of this process: for the preload, before anything else runs. */
export function setTracing(next: Tracing): void {
  current = next;
}
