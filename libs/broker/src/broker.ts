import type { Verdict } from './verdict.ts';

export interface OutMessage {
  readonly exchange: string;
  /** At most 255 bytes in UTF-8. */
  readonly key: string;
  /** The publisher's id: receivers drop duplicates by it. */
  readonly id: string;
  /** Any JSON, up to 8 MiB. It is encoded when `publish` is called: later changes have no effect. */
  readonly body: unknown;
  /**
   * ms on the clock of due times; only for the delay exchange. Zero or less: at once. Never delivered early,
   * however long the delay.
   */
  readonly delay?: number;
  /** W3C trace context of the publisher. */
  readonly traceparent?: string;
}

export interface Delivery {
  readonly queue: string;
  readonly id: string;
  readonly key: string;
  readonly body: unknown;
  /**
   * 1 for the first delivery. Counts verdicts of `retry`, and deliveries since the last verdict that a crash
   * or a lost connection cut off.
   */
  readonly attempt: number;
  /** ms since the epoch, wall clock: when it was published. */
  readonly publishedAt: number;
  readonly traceparent?: string;
}

/** A throw counts as `retry` with the error's message as reason. */
export type Handler = (delivery: Delivery) => Promise<Verdict>;
/** One verdict for each delivery, in their order. A throw counts as `retry` for all of them. */
export type BatchHandler = (deliveries: readonly Delivery[]) => Promise<readonly Verdict[]>;

export interface ConsumeOptions {
  /** How many messages may be with the handler at once. */
  readonly prefetch: number;
}

export interface BatchOptions extends ConsumeOptions {
  /**
   * A batch is handed over when it holds `size` messages, or `wait` ms after its first. One batch at a time.
   */
  readonly size: number;
  readonly wait: number;
}

export interface Consumer {
  /**
   * Takes no new messages, waits for the handlers under way and their verdicts, then resolves. What was
   * fetched but not handled goes back unharmed.
   */
  stop(): Promise<void>;
}

export interface DeadLetter extends Delivery {
  readonly reason: string;
  /** ms since the epoch, wall clock. */
  readonly diedAt: number;
}

export interface QueueDepth {
  readonly ready: number;
  readonly inFlight: number;
  /** Held for a retry or a delayed message. */
  readonly delayed: number;
  readonly dead: number;
}

/** What costs nothing to ask: used for metrics. */
export interface QueueLoad {
  readonly ready: number;
  /** With handlers of this process. */
  readonly inFlight: number;
  readonly dead: number;
  /** Consumers of the queue, those of other processes included where the broker knows of them. */
  readonly consumers: number;
}

/** Called as things happen, for metrics and logs. Must not throw. */
export interface BrokerObserver {
  settled?(delivery: Delivery, verdict: Verdict, seconds: number): void;
  /**
   * The message was dead-lettered: after `drop`, after its last attempt, or because it was cut off too often.
   */
  dead?(delivery: Delivery, reason: string): void;
  /**
   * No queue takes it. It is counted and kept nowhere. Not called for a fan-out exchange, which may have
   * nobody listening.
   */
  unroutable?(message: OutMessage): void;
  /** Once for each exchange of a publish that was confirmed. */
  published?(exchange: string, count: number, seconds: number): void;
  /** Once for each exchange of a publish that was not confirmed. */
  unconfirmed?(exchange: string, count: number): void;
  /** Whether the broker takes messages: false while an alarm (memory, disk) stops publishers. */
  accepting?(isAccepting: boolean): void;
  /**
   * Something went wrong that no caller hears of: what failed and is tried again, a subscriber that threw,
   * what is kept for a queue no longer declared.
   */
  fault?(error: Error): void;
}

export interface Broker {
  /** How delays are done: `embedded`, `plugin` or `levels`. */
  readonly delayStrategy: string;
  /**
   * Resolves when every message is durable in every queue that takes it; rejects if that could not be
   * confirmed in time. All or, on rejection, possibly some: publish again. A `BrokerError` (an unknown
   * exchange, a body that is no JSON) comes before anything was sent.
   */
  publish(messages: readonly OutMessage[]): Promise<void>;
  /** Competing consumers: each message goes to one of them, in order of arrival as far as retries allow. */
  consume(queue: string, options: ConsumeOptions, handler: Handler): Promise<Consumer>;
  consumeBatch(queue: string, options: BatchOptions, handler: BatchHandler): Promise<Consumer>;
  /**
   * Every message of a fan-out exchange from now on, to every subscriber; not durable. `onGap` runs when some
   * may have been missed.
   */
  subscribe(exchange: string, handler: (body: unknown) => void, onGap: () => void): Promise<Consumer>;
  /**
   * Oldest first. `after` is the `token` of the last one seen; what is no token rejects with the code
   * `invalid_cursor`.
   */
  deadLetters(
    queue: string,
    page: { limit: number; after?: string },
  ): Promise<{ items: (DeadLetter & { token: string })[] }>;
  /**
   * Puts dead letters back at the end of their queue, attempts counted anew: those named (a token that names
   * none is passed over), or up to `limit` of the oldest. Returns how many.
   */
  replayDeadLetters(queue: string, which: { tokens: readonly string[] } | { limit: number }): Promise<number>;
  /**
   * Takes away for good the dead letters with these tokens. Resolves with the tokens of those that were
   * there; a crash leaves the others.
   */
  discardDeadLetters(queue: string, tokens: readonly string[]): Promise<string[]>;
  /** Disturbs nothing that waits, however often it is asked. */
  load(queue: string): Promise<QueueLoad>;
  /**
   * All of it, exactly. On RabbitMQ it looks through the delay queues, which holds up what falls due
   * meanwhile: for tests and tools, not for a dashboard.
   */
  depth(queue: string): Promise<QueueDepth>;
  /**
   * Throws away every message of the delay exchange that waits for `queue`: the fault that the store must
   * survive. What waits for a retry stays, for nobody else has it. Returns how many. Rejects where the plugin
   * delays: it cannot be purged.
   */
  purgeDelayed(queue: string): Promise<number>;
  /**
   * Resolves when the broker answers and takes messages; rejects otherwise, also while an alarm (memory,
   * disk) stops publishers. For readiness, and to distinguish an outage from a bad message.
   */
  ping(): Promise<void>;
  /**
   * Stops consumers as their `stop` does, finishes publishes under way, then lets go. After it everything
   * rejects with the code `closed`.
   */
  close(): Promise<void>;
}
