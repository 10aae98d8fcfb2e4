/** The one exchange that delays. Its routing key is the name of the target queue. */
export const DELAY_EXCHANGE = 'delay';

export interface ExchangeSpec {
  readonly name: string;
  /**
   * `topic` routes by pattern, `fanout` to every subscriber, `delay` to the queue named by the key, after the
   * message's delay.
   */
  readonly type: 'topic' | 'fanout' | 'delay';
}

/** Attempts in all (the first included), and the waits in ms between them; the last wait repeats. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly backoff: readonly number[];
}

/**
 * How many times in a row a delivery's handler may be cut off, by a crash of the process or a lost
 * connection, before the delivery counts as the cause and becomes a dead letter. A cut-off uses up no
 * attempt. Earlier the delivery is a suspect: a process hands over one suspect at a time, so that only the
 * cause is cut off again.
 */
const CUT_OFFS = 3;

/** Cut-offs that make a dead letter under this policy: at most as many as it has attempts. */
export const cutOffsAllowed = ({ attempts }: RetryPolicy, limit = CUT_OFFS): number =>
  Math.min(limit, attempts);

/** Cut-offs that make a suspect on RabbitMQ: one less than make a dead letter. */
export const cutOffsOfSuspect = (policy: RetryPolicy): number => Math.max(1, cutOffsAllowed(policy) - 1);

/** The reason of a dead letter that was cut off too often. */
export const cutOffReason = (cutOffs: number): string =>
  `Its handler was cut off ${cutOffs} times in a row, by a crash, a lost connection or a time limit of ` +
  'the broker: it may be what ends the process';

export interface QueueSpec {
  readonly name: string;
  readonly bindings: readonly { readonly exchange: string; readonly key: string }[];
  readonly retry: RetryPolicy;
}

/**
 * Exchanges and queues as data, declared at the start and on each reconnect. Every queue also has a
 * dead-letter queue.
 */
export interface Topology {
  readonly exchanges: readonly ExchangeSpec[];
  readonly queues: readonly QueueSpec[];
}

/** The wait in ms before attempt `attempt + 1`, or undefined when `attempt` (1-based) was the last. */
export function retryDelay(policy: RetryPolicy, attempt: number): number | undefined {
  if (attempt >= policy.attempts) return undefined;
  return policy.backoff[Math.min(attempt, policy.backoff.length) - 1] ?? 0;
}

/**
 * AMQP topic matching: `*` is one word, `#` any number of words, words are separated by dots. An empty key
 * has no words.
 */
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
