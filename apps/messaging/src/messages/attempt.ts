import { setTimeout as pause } from 'node:timers/promises';
import type { MessageDocument } from '@herald/contracts';
import {
  afterAttempt,
  type MessageTransition,
  type ProviderOutcome,
  span,
  wall,
  whyNotSend,
} from '@herald/domain';
import type { OutageWatch, ServiceDeps } from '@herald/process';
import { TemplateError } from '@herald/templates';
import { NoSenderError } from '../channels/channel.ts';
import { findAddress, shownAddress } from '../channels/index.ts';
import type { Lanes } from '../channels/lanes.ts';
import type { Hold } from '../limits/hold.ts';
import type { AskLimits, HeldBack } from '../limits/limits.ts';
import type { RunOrder } from '../limits/run-order.ts';
import type { Waitlists } from '../limits/waitlists.ts';
import type { MessagingMetrics } from '../metrics.ts';
import type { Lane, Target } from '../providers/lane.ts';
import type { Outgoing } from '../providers/provider.ts';
import type { TemplateLibrary } from '../templates/library.ts';
import type { Track } from '../tracking/track.ts';
import type { ReadCircumstances } from './circumstances.ts';
import type { Compose } from './compose.ts';
import type { FindSuppression } from './find-suppression.ts';
import { firstTry, retryPolicy } from './policy.ts';
import type { TopicOf } from './topic-of.ts';
import type { CallFacts, Transitions } from './transitions.ts';

export interface AttemptDeps extends Pick<ServiceDeps, 'clock' | 'log'> {
  readonly metrics: MessagingMetrics;
  /** Of store and broker. */
  readonly outage: Pick<OutageWatch, 'wait'>;
  /** Whether nothing more is to be begun. */
  readonly isStopping: () => boolean;
  readonly transitions: Transitions;
  readonly library: TemplateLibrary;
  readonly compose: Compose;
  readonly readCircumstances: ReadCircumstances;
  readonly lanes: Lanes;
  readonly topicOf: TopicOf;
  readonly findSuppression: FindSuppression;
  readonly track: Track;
  readonly runOrder: Pick<RunOrder, 'pass'>;
  readonly askLimits: AskLimits;
  /** Called when a message begins to wait, after it was written. */
  readonly wake: Waitlists['wake'];
}

/** Raised when the service stops before a message was claimed: it is as it was, and comes again. */
export class StoppingError extends Error {
  constructor() {
    super('stopping');
  }
}

/**
 * Sends a message that is due and that nobody is sending, or tells why not. Of several callers at once, one
 * does it. `waited`: where it has waited for its turn.
 */
export type Attempt = (doc: MessageDocument, waited?: Hold) => Promise<void>;

interface Ready {
  readonly message: Outgoing;
  readonly facts: Omit<CallFacts, 'provider'>;
}

/** A call that was made. */
interface Left {
  readonly claimed: MessageDocument;
  readonly facts: CallFacts;
  readonly outcome: ProviderOutcome;
}

/**
 * Tries to write an outcome before it is left to the lease; ms of wall time before the second, doubled each
 * time up to `last`.
 */
const RECORD = { tries: 12, first: 100, last: 5_000 };

export function createAttempt(deps: AttemptDeps): Attempt {
  const { clock, log, metrics, transitions, library, compose, lanes } = deps;

  /** The checks of the design in their order: the message ready to leave, or what becomes of it instead. */
  const prepare = async (
    doc: MessageDocument,
    lane: Lane | undefined,
    waited: Hold | undefined,
  ): Promise<Ready | HeldBack> => {
    const { workspace, state } = doc;
    const { channel, template, requestedAt } = state;
    const version = await library.latest(workspace, template);
    const { enrollment, prospect, subject } = await deps.readCircumstances(doc);
    const transactional = version?.transactional === true;
    const to = findAddress(channel, prospect?.traits ?? {}, doc.request?.url);
    const topic = deps.topicOf(workspace, version);
    const suppressedElsewhere = await deps.findSuppression(workspace, channel, to);
    const refusal = whyNotSend({
      ...{ channel, requestedAt, enrollment, prospect, transactional, topic },
      address: to,
      suppressedElsewhere,
    });
    if (refusal !== undefined) return { transition: refusal };
    if (subject === undefined) return because('suppressed', 'erased');
    if (lane === undefined) return because('failed', `no_provider: nothing here sends ${channel}`);
    if (to === undefined) return because('suppressed', 'no_address');
    if (version?.channel !== channel) return because('failed', `template_unknown: ${template}`);
    const traits = prospect?.traits ?? {};
    // Before the limits: what cannot leave now must not use them up.
    if (lane.gate(targetOf(doc)).shut() !== undefined) return notNow(doc, lane);
    const held = await deps.askLimits(doc, { provider: lane.name, traits, transactional, waited });
    if (held !== undefined) return held;
    const link = compose.unsubscribeLink(version, { id: doc.id, prospectId: state.prospectId });
    const about = link === undefined ? subject : { ...subject, unsubscribe: link };
    try {
      const composed = await compose.message(version, about, to);
      const message = lane.tracks ? composed : deps.track(doc, composed);
      return { message, facts: { to: shownAddress(channel, to), templateVersion: version.n } };
    } catch (error) {
      if (error instanceof TemplateError) return because('failed', `template_error: ${error.message}`);
      if (error instanceof NoSenderError) return because('failed', `no_sender: ${error.message}`);
      throw error;
    }
  };

  /**
   * Checks, claims, calls, all in the message's turn: what is checked is as it is now, and what only waits
   * for a free connection is not claimed. Undefined: it did not leave, and that is told; or it is another's.
   */
  const leave = async (
    doc: MessageDocument,
    lane: Lane | undefined,
    waited: Hold | undefined,
  ): Promise<Left | undefined> => {
    // Before anything is read: behind a slow store a stop could not wait for all who are in line.
    if (deps.isStopping()) throw new StoppingError();
    const ready = await prepare(doc, lane, waited);
    if (!('message' in ready)) {
      const { transition, hold } = ready;
      const erased = transition.facts?.reason === 'erased';
      const { request: _gone, ...rest } = doc;
      const told = await transitions.record(erased ? rest : doc, transition, doc.tries, hold);
      if (told !== undefined && hold !== undefined) await deps.wake(doc.workspace, hold.waitlist);
      return undefined;
    }
    if (lane === undefined) return undefined; // unreachable: `prepare` says that nothing sends the channel
    if (deps.isStopping()) throw new StoppingError();
    const pass = lane.gate(targetOf(doc)).enter();
    if ('until' in pass) {
      await transitions.record(doc, notNow(doc, lane).transition);
      return undefined;
    }
    const facts: CallFacts = { ...ready.facts, provider: lane.name };
    const claimed = await transitions.claim(doc, facts).catch((error: unknown) => {
      pass.unused();
      throw error;
    });
    if (claimed?.lease === undefined) {
      pass.unused();
      return undefined;
    }
    // Held up for so long that the lease could end within the call: nothing has left, so it starts over.
    if (claimed.lease.until - clock.now() < wall(clock, lane.timeout)) {
      pass.unused();
      const held = { reason: 'held up before the call', dueAt: clock.now() };
      await transitions.record(claimed, { outcome: 'scheduled', facts: held });
      return undefined;
    }
    const late = Math.max(0, clock.now() - doc.state.dueAt) / wall(clock, span.SECOND);
    metrics.latenessSeconds.observe({ kind: 'send' }, late);
    const outcome = await lane.send(ready.message, targetOf(doc));
    const { receivedAt } = doc.request ?? {};
    // Only what was not put off meanwhile: a wait of its own would tell nothing of how quick we are.
    if (outcome.kind === 'sent' && receivedAt !== undefined && doc.state.version === 0)
      metrics.eventToSendSeconds.observe(Math.max(0, clock.now() - receivedAt) / wall(clock, span.SECOND));
    pass.done(outcome);
    return { claimed, facts, outcome };
  };

  /**
   * What follows from an outcome. Only where it is certain that the provider does not have it may another get
   * it.
   */
  const follow = ({ claimed, outcome }: Left, lane: Lane) => {
    const { channel } = claimed.state;
    const target = targetOf(claimed);
    const { without: before = [], ...tries } = claimed.tries ?? firstTry(clock, channel);
    const counted = { ...tries, count: tries.count + 1 };
    const without = [...before, lane.name];
    const next = isCertainlyNot(outcome) ? lanes.another(channel, target, without) : undefined;
    if (next !== undefined && counted.count < retryPolicy(clock, channel).attempts) {
      metrics.failovers.inc({ channel, provider: lane.name });
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
   * Writes the outcome of a call. Should the sweep have called it unknown meanwhile, the outcome is the
   * better knowledge. A report that came first stands, for the provider knows best; that we sent it adds what
   * only we know.
   */
  const record = async (
    claimed: MessageDocument,
    transition: MessageTransition,
    tries: MessageDocument['tries'],
  ) => {
    const told = await transitions.record(claimed, transition, tries);
    if (told !== undefined) return;
    const stored = await transitions.outbox.load(claimed.workspace, claimed.id);
    if (stored?.state.reported) return recordAfterReport(stored, transition);
    if (stored?.version === claimed.version + 1 && stored.state.status === transition.outcome) return;
    if (stored?.version === claimed.version + 1 && stored.state.status === 'unknown') {
      if ((await transitions.record(stored, asStill(stored, transition), tries)) !== undefined) return;
    }
    log.warn(
      { messageId: claimed.id, outcome: transition.outcome },
      'an outcome came too late to be recorded',
    );
  };

  const recordAfterReport = async (found: MessageDocument, transition: MessageTransition): Promise<void> => {
    if (transition.outcome !== 'sent') return;
    let stored: MessageDocument | undefined = found;
    for (let tries = 1; tries <= RECORD.tries; tries += 1) {
      if (!stored?.state.reported || stored.state.status === 'sent') return;
      const late = { ...asStill(stored, transition), status: stored.state.status };
      if ((await transitions.record(stored, late)) !== undefined) return;
      stored = await transitions.outbox.load(found.workspace, found.id);
    }
    log.warn({ messageId: found.id }, 'reports kept the record of a call from being written');
  };

  /**
   * What a provider has said exists nowhere else: an outage is waited for, a store or broker that falters is
   * asked several times.
   */
  const insistOn = async (work: () => Promise<void>): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if ((await deps.outage.wait(error)) === 'over') continue;
        if (tries >= RECORD.tries) throw error;
        log.warn({ err: error, tries }, 'an outcome was not recorded; trying again');
        await pause(Math.min(RECORD.last, RECORD.first * 2 ** (tries - 1)));
      }
    }
  };

  return async (wanted, waited) => {
    // Before anything else is asked: what waits for another message uses up no limit and is in nobody's line.
    const doc = await deps.runOrder.pass(wanted, waited);
    if (doc === undefined) return;
    const lane = lanes.choose(doc.state.channel, targetOf(doc), doc.tries?.without);
    const left = await (lane === undefined
      ? leave(doc, undefined, waited)
      : lane.whenFree(doc.workspace, () => leave(doc, lane, waited)));
    if (left === undefined || lane === undefined) return;
    const { transition, tries } = follow(left, lane);
    const told = { ...transition, facts: { ...left.facts, ...transition.facts } };
    await insistOn(() => record(left.claimed, told, tries));
  };
}

/** The provider is given nothing now: the message comes back when it is. */
function notNow(doc: MessageDocument, lane: Lane): HeldBack {
  const gate = lane.gate(targetOf(doc));
  const reason = `${lane.name} is given nothing now: ${gate.shut()?.reason ?? 'others go first'}`;
  return { transition: { outcome: 'scheduled', facts: { reason, dueAt: gate.comeBack() } } };
}

/** What may still be told of a call: if the prospect was erased while it was under way, not where it went. */
function asStill({ request }: MessageDocument, transition: MessageTransition): MessageTransition {
  if (request !== undefined) return transition;
  const { to: _gone, ...facts } = transition.facts ?? {};
  return { ...transition, facts };
}

const targetOf = ({ workspace, request }: MessageDocument): Target => ({ workspace, url: request?.url });

/** Whether an outcome stands for every message of the channel: it does not use up this one's attempts. */
const isAboutAll = ({ kind }: ProviderOutcome): boolean => kind === 'throttled' || kind === 'credentials';

const isCertainlyNot = (outcome: ProviderOutcome): boolean =>
  outcome.kind === 'temporary' || isAboutAll(outcome);

const because = (outcome: 'suppressed' | 'failed', reason: string): HeldBack => ({
  transition: { outcome, facts: { reason } },
});
