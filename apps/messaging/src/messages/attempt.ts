import { setTimeout as pause } from 'node:timers/promises';
import type { MessageDocument } from '@herald/contracts';
import {
  afterAttempt,
  type MessageTelling,
  type ProviderOutcome,
  span,
  wall,
  whyNotSend,
} from '@herald/domain';
import type { ServiceDeps } from '@herald/service';
import pLimit from 'p-limit';
import { emailAddress } from '../addresses/email-address.ts';
import type { OutgoingEmail, Provider } from '../providers/provider.ts';
import { reasonOf } from '../providers/reason.ts';
import type { TemplateLibrary } from '../templates/library.ts';
import { TemplateError } from '../templates/rendering/parts.ts';
import type { ReadCircumstances } from './circumstances.ts';
import { type Compose, NoSenderError } from './compose.ts';
import { firstTry, retryPolicy } from './policy.ts';
import type { CallFacts, Transitions } from './transitions.ts';

export interface AttemptDeps extends Pick<ServiceDeps, 'clock' | 'log' | 'metrics'> {
  readonly transitions: Transitions;
  readonly library: TemplateLibrary;
  readonly compose: Compose;
  readonly readCircumstances: ReadCircumstances;
  readonly provider: Provider;
}

/** Sends a message that is due and that nobody is sending, or tells why not. Of several callers at once, one does it. */
export type Attempt = (doc: MessageDocument) => Promise<void>;

interface Ready {
  readonly email: OutgoingEmail;
  readonly facts: CallFacts;
}

/** A call that was made. */
interface Left {
  readonly claimed: MessageDocument;
  readonly facts: CallFacts;
  readonly outcome: ProviderOutcome;
}

/** Tries to write an outcome before it is left to the lease; ms of wall time before the second, doubled each time. */
const RECORD = { tries: 6, first: 100 };

export function createAttempt(deps: AttemptDeps): Attempt {
  const { clock, log, metrics, transitions, library, compose, provider } = deps;
  const inTurn = pLimit(provider.connections);

  /** The checks of the design in their order: the message ready to leave, or what becomes of it instead. */
  const prepare = async (doc: MessageDocument): Promise<Ready | MessageTelling> => {
    const { workspace, state } = doc;
    const { channel, template, requestedAt } = state;
    const version = await library.latest(workspace, template);
    const { enrollment, prospect, subject } = await deps.readCircumstances(doc);
    const transactional = version?.transactional === true;
    const refusal = whyNotSend({ channel, requestedAt, enrollment, prospect, transactional });
    if (refusal !== undefined) return refusal;
    if (subject === undefined) return because('suppressed', 'erased');
    const to = emailAddress(prospect?.traits.email);
    if (channel !== 'email') return because('failed', `no_provider: nothing here sends ${channel}`);
    if (to === undefined) return because('suppressed', 'no_address');
    // Quiet hours, frequency caps and rates belong here: each gives a new due time or a reason.
    if (version?.channel !== 'email') return because('failed', `template_unknown: ${template}`);
    const link = compose.unsubscribeLink(version, { id: doc.id, prospectId: state.prospectId });
    const about = link === undefined ? subject : { ...subject, unsubscribe: link };
    try {
      const email = await compose.email(version, about, to);
      return { email, facts: { to, templateVersion: version.n, provider: provider.name } };
    } catch (error) {
      if (error instanceof TemplateError) return because('failed', `template_error: ${error.message}`);
      if (error instanceof NoSenderError) return because('failed', `no_sender: ${error.message}`);
      throw error;
    }
  };

  const call = async (email: OutgoingEmail): Promise<ProviderOutcome> => {
    const started = performance.now();
    const outcome = await provider.send(email).catch(
      (error: unknown): ProviderOutcome => ({
        kind: 'unknown',
        reason: reasonOf(error instanceof Error ? error.message : 'the provider failed'),
      }),
    );
    const seconds = (performance.now() - started) / span.SECOND;
    metrics.providerSeconds.observe(
      { channel: 'email', provider: provider.name, outcome: outcome.kind },
      seconds,
    );
    return outcome;
  };

  /**
   * Checks, claims, calls, all in the message's turn: what is checked is as it is now, and what only waits for a free connection is not
   * claimed. Undefined: it did not leave, and that is told; or it is another's.
   */
  const leave = async (doc: MessageDocument): Promise<Left | undefined> => {
    const ready = await prepare(doc);
    if (!('email' in ready)) {
      const erased = ready.facts?.reason === 'erased';
      const { request: _gone, ...rest } = doc;
      await transitions.tell(erased ? rest : doc, ready);
      return undefined;
    }
    const claimed = await transitions.claim(doc, ready.facts);
    if (claimed?.lease === undefined) return undefined;
    // Held up for so long that the lease could end within the call: nothing has left, so it starts over.
    if (claimed.lease.until - clock.now() < wall(clock, provider.timeout)) {
      const facts = { reason: 'held up before the call', dueAt: clock.now() };
      await transitions.tell(claimed, { outcome: 'scheduled', facts });
      return undefined;
    }
    const late = Math.max(0, clock.now() - doc.state.dueAt) / wall(clock, span.SECOND);
    metrics.latenessSeconds.observe({ kind: 'send' }, late);
    return { claimed, facts: ready.facts, outcome: await call(ready.email) };
  };

  /** Writes the outcome of a call. Should the sweep have called it unknown meanwhile, the outcome is the better knowledge. */
  const record = async (
    claimed: MessageDocument,
    telling: MessageTelling,
    tries: MessageDocument['tries'],
  ) => {
    const told = await transitions.tell(claimed, telling, tries);
    if (told !== undefined) return;
    const stored = await transitions.outbox.load(claimed.workspace, claimed.id);
    if (stored?.version === claimed.version + 1 && stored.state.status === telling.outcome) return;
    if (stored?.version === claimed.version + 1 && stored.state.status === 'unknown') {
      if ((await transitions.tell(stored, telling, tries)) !== undefined) return;
    }
    log.warn({ messageId: claimed.id, outcome: telling.outcome }, 'an outcome came too late to be recorded');
  };

  /** What a provider has said exists nowhere else: a store or broker that falters is asked several times. */
  const insistOn = async (work: () => Promise<void>): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (tries >= RECORD.tries) throw error;
        log.warn({ err: error, tries }, 'an outcome was not recorded; trying again');
        await pause(RECORD.first * 2 ** (tries - 1));
      }
    }
  };

  return async (doc) => {
    const left = await inTurn(() => leave(doc));
    if (left === undefined) return;
    const { claimed, facts, outcome } = left;
    const tries = doc.tries ?? firstTry(clock);
    const told = afterAttempt(claimed.state, outcome, {
      policy: retryPolicy(clock),
      tries,
      retryAfter: wall(clock, (outcome.kind === 'temporary' && outcome.retryAfter) || 0),
      now: clock.now(),
    });
    const telling = { ...told, facts: { ...facts, ...told.facts } };
    await insistOn(() => record(claimed, telling, { ...tries, count: tries.count + 1 }));
  };
}

const because = (outcome: 'suppressed' | 'failed', reason: string): MessageTelling => ({
  outcome,
  facts: { reason },
});
