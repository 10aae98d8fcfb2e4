/**
 * A handler's answer to a delivery. `ack`: its effect is durable. `retry`: deliver it again after `after` ms
 * (default: the queue's backoff); without attempts left it becomes a dead letter. `drop`: it becomes a dead
 * letter at once.
 */
export type Verdict =
  | { readonly kind: 'ack' }
  | { readonly kind: 'retry'; readonly reason: string; readonly after?: number }
  | { readonly kind: 'drop'; readonly reason: string };

export const ack: Verdict = { kind: 'ack' };
export const retry = (reason: string, after?: number): Verdict =>
  after === undefined ? { kind: 'retry', reason } : { kind: 'retry', reason, after };
export const drop = (reason: string): Verdict => ({ kind: 'drop', reason });
