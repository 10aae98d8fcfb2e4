import type { Clock, Instant } from '@herald/domain';
import type { Delays } from './delays.ts';
import type { Envelope } from './envelope.ts';
import type { Names } from './names.ts';
import type { Letter } from './publisher.ts';

/**
 * The letter that delivers an envelope to `queue` at `due`. If that is too far away for one wait, the
 * envelope comes to the queue's consumer earlier, which sends it on.
 */
export function waiting(
  { clock, names }: { readonly clock: Clock; readonly names: Names },
  { range, address }: Pick<Delays, 'range' | 'address'>,
  queue: string,
  due: Instant,
  envelope: Envelope,
): Letter {
  // Due times are on a clock that may run fast; RabbitMQ waits in wall time.
  const wait = (due - clock.now()) / clock.rate;
  if (wait <= 0) return atOnce(names.own(queue), { ...envelope, due: undefined });
  const far = wait > range;
  const sealed = { ...envelope, due: far ? due : undefined };
  return { ...address(queue, far ? range : wait), envelope: sealed };
}

/** Directly into a queue, by its name in the broker. */
export const atOnce = (queue: string, envelope: Envelope): Letter => ({
  exchange: '',
  routingKey: queue,
  envelope,
  mandatory: true,
});
