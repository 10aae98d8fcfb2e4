import { type Clock, type Instant, type ProviderOutcome, span, wall } from '@herald/domain';

/**
 * Why the gate is shut: the last calls failed; the provider asked to slow down; it refuses the credentials;
 * as many calls as allowed are under way.
 */
export type ShutBecause = 'failing' | 'throttled' | 'credentials' | 'busy';

export interface Shut {
  readonly because: ShutBecause;
  readonly reason: string;
  /**
   * When it lets calls through again: after `throttled` all of them, otherwise one trial call, whose outcome
   * decides about the others.
   */
  readonly until: Instant;
}

/** One call that was let through; exactly one of the two ends it. */
export interface Pass {
  done(outcome: ProviderOutcome): void;
  /** It was not made. */
  unused(): void;
}

/**
 * Stands before a provider, or before one receiver of webhooks. It is a circuit breaker, the provider's own
 * rate limit, and the stop when credentials are refused, all in one: shut until an instant, then opened, in
 * doubtful cases after one trial call.
 */
export interface Gate {
  /** Why it is shut now; undefined: it is open. Changes nothing. */
  shut(): Shut | undefined;
  /** A pass for one call, or why there is none. */
  enter(): Pass | Shut;
  /**
   * When a message that found it shut must come back: not before it opens, and each a little after the one
   * in front, so that they keep their order and do not come all at once.
   */
  comeBack(): Instant;
}

export interface GatePolicy {
  /** Failures in a row that shut it. */
  readonly failures: number;
  /** ms of wall time for which it is shut; doubled by each failed trial, up to `longest`. */
  readonly rest: number;
  readonly longest: number;
  /** The same when credentials are refused. */
  readonly stopped: number;
  /** ms of wall time after which a trial without an outcome no longer blocks others. */
  readonly trial: number;
  /** ms of wall time between two messages that come back. */
  readonly spacing: number;
  /** Calls let through at once. */
  readonly atOnce: number;
}

const POLICY: Omit<GatePolicy, 'trial'> = {
  failures: 5,
  rest: 30 * span.SECOND,
  longest: 10 * span.MINUTE,
  stopped: 5 * span.MINUTE,
  spacing: 20,
  atOnce: Number.POSITIVE_INFINITY,
};
/** Weight of the last call in the average duration. */
const WEIGHT = 0.2;
/** ms of wall time: most trials end long before `trial` is over. */
const SOON = 2 * span.SECOND;
/** ms of wall time to slow down when a provider does not say how long. */
const PATIENCE = 10 * span.SECOND;
/**
 * ms of wall time to slow down at least. If the provider's clock is behind, its time may be over already.
 */
const LEAST_PATIENCE = span.SECOND;

export interface GateDeps {
  readonly clock: Clock;
  readonly policy: Partial<GatePolicy> & Pick<GatePolicy, 'trial'>;
  /** The part of a reason that everybody with this gate may see. Default: all of it. */
  readonly publicReason?: (reason: string) => string;
  /** Called whenever it shuts or opens; `undefined`: it is open. */
  readonly onChange?: (shut: Shut | undefined) => void;
}

interface Held extends Shut {
  /** Trials that failed in a row. */
  readonly round: number;
  /** Until when one trial blocks all other calls. */
  readonly trialUntil?: Instant;
}

export function createGate(deps: GateDeps): Gate {
  const { clock, policy, publicReason = (reason) => reason, onChange = () => {} } = deps;
  const { failures, rest, longest, stopped, trial, spacing, atOnce } = { ...POLICY, ...policy };
  let failed = 0;
  let held: Held | undefined;
  /** Counts changes: the outcome of a call that began before the last change says nothing new. */
  let age = 0;
  let lastBack = 0;
  let underWay = 0;
  /** ms on the clock that a call takes. */
  let average = 0;

  const change = (next: Held | undefined): void => {
    held = next;
    age += 1;
    failed = 0;
    onChange(next);
  };

  const shutFor = (because: ShutBecause, ms: number, reason: string, round: number): void =>
    change({ because, reason: publicReason(reason), round, until: clock.now() + wall(clock, ms) });

  /** Why a call may not pass now. */
  const obstacle = (): Shut | undefined => {
    const now = clock.now();
    if (underWay >= atOnce)
      return { because: 'busy', reason: `${underWay} calls are under way`, until: now + average };
    if (held === undefined) return undefined;
    if (now < held.until) return held;
    const { trialUntil } = held;
    return trialUntil !== undefined && now < trialUntil ? { ...held, until: trialUntil } : undefined;
  };

  const report = (outcome: ProviderOutcome, isTrial: boolean): void => {
    const round = isTrial && held !== undefined ? held.round + 1 : 0;
    const doubled = (ms: number): number => Math.min(ms * 2 ** Math.min(round, 20), Math.max(longest, ms));
    if (outcome.kind === 'credentials')
      return shutFor('credentials', doubled(stopped), outcome.reason, round);
    if (outcome.kind === 'throttled')
      return shutFor(
        'throttled',
        Math.max(LEAST_PATIENCE, outcome.retryAfter ?? PATIENCE),
        outcome.reason,
        0,
      );
    if (!isFailure(outcome)) {
      failed = 0;
      if (isTrial) change(undefined);
      return;
    }
    failed += 1;
    const asked = (outcome.kind === 'temporary' && outcome.retryAfter) || 0;
    const isBroken = isTrial || failed >= failures;
    if (isBroken || asked > 0)
      shutFor('failing', Math.max(asked, isBroken ? doubled(rest) : 0), outcome.reason, round);
  };

  return {
    shut: obstacle,
    enter() {
      const found = obstacle();
      if (found !== undefined) return found;
      const isTrial = held !== undefined && held.because !== 'throttled';
      if (held !== undefined && !isTrial) change(undefined);
      if (held !== undefined) held = { ...held, trialUntil: clock.now() + wall(clock, trial) };
      const entered = age;
      const since = clock.now();
      underWay += 1;
      return {
        done: (outcome) => {
          underWay -= 1;
          average += WEIGHT * (clock.now() - since - average);
          if (entered === age) report(outcome, isTrial);
        },
        unused: () => {
          underWay -= 1;
          if (entered !== age || held === undefined) return;
          const { trialUntil: _over, ...rest } = held;
          held = rest;
        },
      };
    },
    comeBack() {
      const soon = clock.now() + wall(clock, SOON);
      const isTried = held?.trialUntil !== undefined;
      const { because, until = clock.now() } = obstacle() ?? {};
      const earliest = isTried ? Math.min(soon, until) : until;
      // A busy one has room again at this rate.
      const between = because === 'busy' ? average / atOnce : 0;
      lastBack = Math.ceil(Math.max(earliest, lastBack + Math.max(wall(clock, spacing), between)));
      return lastBack;
    },
  };
}

/** Whether an outcome is the provider's failure, not the message's. */
const isFailure = (
  outcome: ProviderOutcome,
): outcome is ProviderOutcome & { readonly kind: 'temporary' | 'unknown' } =>
  outcome.kind === 'unknown' || (outcome.kind === 'temporary' && outcome.about === 'provider');
