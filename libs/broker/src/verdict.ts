/**
 * What a handler says of a message. `ack`: its effect is durable. `retry`: not now; again after `after` ms,
 * or after the queue's backoff; when its attempts are used up it becomes a dead letter. `drop`: never; it
 * becomes a dead letter at once.
 */
export type Verdict =
  | { readonly kind: 'ack' }
  | { readonly kind: 'retry'; readonly reason: string; readonly after?: number }
  | { readonly kind: 'drop'; readonly reason: string };

export const ack: Verdict = { kind: 'ack' };
export const retry = (reason: string, after?: number): Verdict =>
  after === undefined ? { kind: 'retry', reason } : { kind: 'retry', reason, after };
export const drop = (reason: string): Verdict => ({ kind: 'drop', reason });
