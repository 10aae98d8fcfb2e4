/** The one exchange that delays: its routing key is the name of the queue the message is for. */
export const DELAY_EXCHANGE = 'delay';

export interface ExchangeSpec {
  readonly name: string;
  /** `topic` routes by pattern, `fanout` to every subscriber, `delay` to the queue named by the key, after the message's delay. */
  readonly type: 'topic' | 'fanout' | 'delay';
}

/** Attempts in all (the first included), and the waits in ms between them; the last wait repeats. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly backoff: readonly number[];
  /**
   * How often the handlers of a message may be cut off, by a crash or a lost connection, before it is taken for the cause and becomes a dead letter. Unless told,
   * a cut-off counts as an attempt. Where a broker gives a whole prefetch back at once, most of it is innocent.
   */
  readonly cutOffs?: number;
}

export interface QueueSpec {
  readonly name: string;
  readonly bindings: readonly { readonly exchange: string; readonly key: string }[];
  readonly retry: RetryPolicy;
}

/** Exchanges and queues as data, declared on start and again on each reconnect. Every queue has a dead-letter queue beside it. */
export interface Topology {
  readonly exchanges: readonly ExchangeSpec[];
  readonly queues: readonly QueueSpec[];
}

/** The wait in ms before attempt `attempt + 1`, or undefined when `attempt` (1-based) was the last. */
export function retryDelay(policy: RetryPolicy, attempt: number): number | undefined {
  if (attempt >= policy.attempts) return undefined;
  return policy.backoff[Math.min(attempt, policy.backoff.length) - 1] ?? 0;
}

/** AMQP topic matching: `*` is one word, `#` any number of words, words are separated by dots. An empty key has no words. */
export function matchesTopic(pattern: string, key: string): boolean {
  return match(words(pattern), words(key));
}

const words = (text: string): string[] => (text === '' ? [] : text.split('.'));

function match(pattern: readonly string[], key: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return key.length === 0;
  if (head === '#') {
    return rest.length === 0 || match(rest, key) || (key.length > 0 && match(pattern, key.slice(1)));
  }
  return key.length > 0 && (head === '*' || head === key[0]) && match(rest, key.slice(1));
}
