/** Attributes of a span: bounded values and opaque ids, never somebody's name, address or text. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  /** `client` for a call of another system, `consumer` for a delivery, `internal` for the rest. */
  readonly kind: 'client' | 'consumer' | 'internal';
  readonly attributes?: SpanAttributes;
  /** W3C trace contexts of the causes in other traces. */
  readonly links?: readonly (string | undefined)[];
  /** Begins a new trace whatever is under way: for work with several causes. */
  readonly root?: boolean;
}

/** A span under way. */
export interface OpenSpan {
  /** Adds attributes. */
  set(attributes: SpanAttributes): void;
}

/**
 * What services use beside the automatic tracing of requests, envelopes and queries. Does nothing unless the
 * process was started with the preload and an exporter is configured; otherwise OpenTelemetry is not even
 * loaded.
 */
export interface Tracing {
  /** The W3C trace context of what is under way; undefined if nothing is traced. */
  traceparent(): string | undefined;
  /** Runs `work` in a span, which ends with it. A rejection passes through and marks the span as failed. */
  span<T>(name: string, options: SpanOptions, work: (span: OpenSpan) => Promise<T>): Promise<T>;
  /** Adds attributes to the span under way. */
  annotate(attributes: SpanAttributes): void;
  /** Sets the route template of the HTTP span under way. */
  route(template: string): void;
  /**
   * Exports the ended spans, and stops. False: that took longer than `patience` ms, or failed, and unsent
   * spans are lost. Never rejects: a collector that is away must not spoil the end of a process.
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

/** Sets the tracing of this process: for the preload, before anything else runs. */
export function setTracing(next: Tracing): void {
  current = next;
}
