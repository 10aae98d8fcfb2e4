import type { Event } from '../event.ts';
import { placeOf } from '../order.ts';
import { plainAddress } from './address.ts';
import { type Decision, permit, type Refusal, refuse, type Standing } from './standing.ts';

/** What must be remembered beside the decision that stands. */
interface Remembered {
  /** Permissions that would stand if the first one did not. */
  readonly others?: readonly Decision[];
  /** Where a permission stands: the refusal before it. */
  readonly refusal?: Refusal;
  /** Where a refusal stands: when the latest of all refusals happened, if that is another one. */
  readonly latestAt?: number;
}

/** Whether a person wants messages, and the decision that says so. `at`: when it was made. */
export interface Subscription extends Decision, Remembered {
  readonly subscribed: boolean;
}

/** Whether messages of a channel cannot or must not reach a person, and the decision that says so. */
export interface Suppression extends Decision, Remembered {
  readonly suppressed: boolean;
}

/** The subscription after an event that opts in or out. */
export function evolveSubscription(
  current: Subscription | undefined,
  event: Event,
  subscribed: boolean,
): Subscription {
  const { stands, ...decision } = evolve(current, current?.subscribed, decisionOf(event), subscribed);
  return { subscribed: stands, ...decision };
}

/** The suppression after an event that suppresses or lifts it. */
export function evolveSuppression(
  current: Suppression | undefined,
  event: Event,
  suppressed: boolean,
): Suppression {
  const { address } = event.data;
  const decision = {
    ...decisionOf(event),
    ...(typeof address === 'string' ? { address: plainAddress(address) } : {}),
  };
  const wasFree = current === undefined ? undefined : !current.suppressed;
  const { stands, ...rest } = evolve(current, wasFree, decision, !suppressed);
  return { suppressed: !stands, ...rest };
}

function evolve(
  current: (Decision & Remembered) | undefined,
  isPermitted: boolean | undefined,
  decision: Decision,
  permits: boolean,
): Decision & Remembered & { readonly stands: boolean } {
  const before = current === undefined ? { granted: [] } : standingOf(current, isPermitted ?? false);
  const { granted, refused } = permits ? permit(before, decision) : refuse(before, decision);
  const [first, ...others] = granted;
  if (first !== undefined) {
    return {
      stands: true,
      ...first,
      ...(others.length === 0 ? {} : { others }),
      ...(refused === undefined ? {} : { refusal: refused }),
    };
  }
  // A permission that does not stand alone was beaten by a refusal, so there is one.
  return { stands: false, ...(refused ?? decision) };
}

/** What a subscription or suppression says, as the permissions and the refusal behind it. */
export function standingOf(
  { others = [], refusal, ...decision }: Decision & Remembered,
  permits: boolean,
): Standing {
  if (!permits) return { granted: [], refused: onlyDecision(decision) };
  const granted = [onlyDecision(decision), ...others];
  return refusal === undefined ? { granted } : { granted, refused: refusal };
}

/** Without the flag that says which way the decision went. */
function onlyDecision(
  of: Refusal & { readonly subscribed?: unknown; readonly suppressed?: unknown },
): Refusal {
  const { subscribed: _wanted, suppressed: _blocked, ...decision } = of;
  return decision;
}

const decisionOf = (event: Event): Decision => ({
  ...placeOf(event),
  eventId: event.id,
  ...(typeof event.data.reason === 'string' ? { reason: event.data.reason } : {}),
});
