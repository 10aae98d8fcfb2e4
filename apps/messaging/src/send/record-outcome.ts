import { setTimeout as pause } from 'node:timers/promises';
import type { MessageDocument } from '@herald/contracts';
import {
  afterAttempt,
  type CallFacts,
  type MessageTransition,
  type ProviderOutcome,
  wall,
  withoutPerson,
} from '@herald/domain';
import type { OutageWatch, ServiceDeps } from '@herald/process';
import { retryOnConflict } from '@herald/store';
import type { Lanes } from '../channels/lanes.ts';
import type { Call } from './dispatch.ts';
import { firstTry, retryPolicy } from './retry-policy.ts';
import type { Transitions } from './transitions.ts';

/** Records what became of a call: it is over, is tried again, or goes to the next provider. */
export type RecordOutcome = (call: Call) => Promise<void>;

export interface RecordOutcomeDeps extends Pick<ServiceDeps, 'clock' | 'log'> {
  readonly transitions: Transitions;
  readonly lanes: Pick<Lanes, 'another'>;
  /** Of store and broker. */
  readonly outage: Pick<OutageWatch, 'wait'>;
}

/**
 * Tries to write an outcome, before the lease ends it as `unknown`. ms of wall time before the second try,
 * doubled each time up to `last`.
 */
const RECORD = { tries: 12, first: 100, last: 5_000 };

export function createRecordOutcome(deps: RecordOutcomeDeps): RecordOutcome {
  const { clock, log, transitions, lanes, outage } = deps;

  /** Another provider gets the message only if it is certain that this one does not have it. */
  const transitionAfter = ({ claimed, lane, target, outcome }: Call) => {
    const { channel } = claimed.state;
    const { without: before = [], ...tries } = claimed.tries ?? firstTry(clock, channel);
    const counted = { ...tries, count: tries.count + 1 };
    const without = [...before, lane.name];
    const next = isCertainlyNot(outcome) ? lanes.another(channel, target, without) : undefined;
    if (next !== undefined && counted.count < retryPolicy(clock, channel).attempts) {
      lane.failedOver();
      const reason = `${lane.name}: ${outcome.kind === 'sent' ? '' : outcome.reason}; goes to ${next.name}`;
      const facts = { attempts: claimed.state.attempts + 1, reason, dueAt: clock.now() };
      return { transition: { outcome: 'scheduled', facts } as const, tries: { ...counted, without } };
    }
    const transition = afterAttempt(claimed.state, outcome, {
      policy: retryPolicy(clock, channel),
      tries,
      retryAfter: wall(clock, (outcome.kind === 'temporary' && outcome.retryAfter) || 0),
      comeBack: isAboutAll(outcome) ? lane.gate(target).comeBack() : 0,
      now: clock.now(),
    });
    return { transition, tries: isAboutAll(outcome) ? claimed.tries : counted };
  };

  /**
   * Where the sweep has recorded `unknown` meanwhile, the outcome replaces it. Where a report came first, the
   * report stands: the provider knows best. What only this process knows is added to it.
   */
  const record = async (
    claimed: MessageDocument,
    transition: MessageTransition,
    tries: MessageDocument['tries'],
  ): Promise<void> => {
    const recorded = await transitions.record(claimed, transition, tries);
    if (recorded !== undefined) return;
    const stored = await transitions.outbox.load(claimed.workspace, claimed.id);
    if (stored?.state.reported) return recordAfterReport(stored, transition);
    if (stored?.version === claimed.version + 1 && stored.state.status === transition.outcome) return;
    if (stored?.version === claimed.version + 1 && stored.state.status === 'unknown') {
      const late = withoutErased(stored, transition);
      if ((await transitions.record(stored, late, tries)) !== undefined) return;
    }
    log.warn(
      { messageId: claimed.id, outcome: transition.outcome },
      'an outcome came too late to be recorded',
    );
  };

  const recordAfterReport = async (found: MessageDocument, transition: MessageTransition): Promise<void> => {
    if (transition.outcome !== 'sent') return;
    let stored: MessageDocument | undefined = found;
    const settled = await retryOnConflict(RECORD.tries, async () => {
      if (!stored?.state.reported || stored.state.status === 'sent') return true;
      const late = { ...withoutErased(stored, transition), status: stored.state.status };
      if ((await transitions.record(stored, late)) !== undefined) return true;
      stored = await transitions.outbox.load(found.workspace, found.id);
      return undefined;
    });
    if (settled === undefined)
      log.warn({ messageId: found.id }, 'reports kept the record of a call from being written');
  };

  /** An outcome exists nowhere else: waits out an outage, and tries again when store or broker falter. */
  const insistOn = async (work: () => Promise<void>): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if ((await outage.wait(error)) === 'over') continue;
        if (tries >= RECORD.tries) throw error;
        log.warn({ err: error, tries }, 'an outcome was not recorded; trying again');
        await pause(Math.min(RECORD.last, RECORD.first * 2 ** (tries - 1)));
      }
    }
  };

  return async (call) => {
    const { transition, tries } = transitionAfter(call);
    const facts = { ...call.facts, ...copiesAfter(call), ...transition.facts };
    const full = { ...transition, facts };
    await insistOn(() => record(call.claimed, full, tries));
  };
}

/** With those that the provider left out. */
function copiesAfter({ facts, outcome }: Call): Pick<CallFacts, 'copies'> {
  if (outcome.kind !== 'sent' || outcome.leftOut === undefined) return {};
  const leftOut = [...(facts.copies?.leftOut ?? []), ...outcome.leftOut];
  return { copies: { ...facts.copies, leftOut } };
}

/** The prospect may have been erased during the call: then the record has nothing about them. */
function withoutErased({ request }: MessageDocument, transition: MessageTransition): MessageTransition {
  if (request !== undefined) return transition;
  return { ...transition, facts: withoutPerson(transition.facts ?? {}) };
}

/** Whether an outcome is about all messages of the channel: it does not use up this one's attempts. */
const isAboutAll = ({ kind }: ProviderOutcome): boolean => kind === 'throttled' || kind === 'credentials';

const isCertainlyNot = (outcome: ProviderOutcome): boolean =>
  outcome.kind === 'temporary' || isAboutAll(outcome);
