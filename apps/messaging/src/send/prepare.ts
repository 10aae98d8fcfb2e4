import type { MessageDocument } from '@herald/contracts';
import type { CallFacts, Clock } from '@herald/domain';
import type { HeldFiles } from '../attachments/index.ts';
import { NoSenderError } from '../channels/channel.ts';
import { shownAddress } from '../channels/index.ts';
import type { AskLimits, HeldBack } from '../limits/ask-limits.ts';
import type { Hold } from '../limits/hold.ts';
import type { Lane, Target } from '../providers/lane.ts';
import type { Outgoing } from '../providers/provider.ts';
import type { Track } from '../reports/track.ts';
import type { Compose } from '../templates/compose.ts';
import { because, type Check, type Sendable } from './check.ts';
import { withoutFiles } from './fetch-files.ts';
import { gateShut } from './gate-shut.ts';

/** A message composed and allowed to leave. */
export interface Ready {
  readonly lane: Lane;
  readonly target: Target;
  readonly message: Outgoing;
  readonly facts: CallFacts;
}

/** The message ready to leave, or what happens to it instead. */
export type Prepare = (doc: MessageDocument, by: Route) => Promise<Ready | HeldBack>;

/** By which lane a message is to leave. */
interface Route {
  readonly lane: Lane | undefined;
  readonly target: Target;
  /** Where it has waited already. */
  readonly waited: Hold | undefined;
  readonly files: HeldFiles;
}

export interface PrepareDeps {
  readonly check: Check;
  readonly askLimits: AskLimits;
  readonly compose: Pick<Compose, 'message' | 'unsubscribeLink'>;
  readonly track: Track;
  readonly clock: Clock;
}

export function createPrepare({ check, askLimits, compose, track, clock }: PrepareDeps): Prepare {
  const composed = async (
    doc: MessageDocument,
    sendable: Sendable,
    target: Target,
    { fetched }: HeldFiles,
  ): Promise<Ready | HeldBack> => {
    const { version, subject, lane, to } = sendable;
    const { channel, prospectId } = doc.state;
    const unsubscribe = compose.unsubscribeLink(version, { id: doc.id, prospectId });
    const about = { ...subject, unsubscribe };
    try {
      const attempts = doc.tries?.count ?? 0;
      const isAccount = lane.account !== undefined;
      const composed = await compose.message(version, about, to, { isAccount, fetched, attempts });
      const { message, ...said } = composed;
      const facts = {
        to: shownAddress(channel, to),
        templateVersion: version.n,
        ...said,
        provider: lane.name,
      };
      return { lane, target, message: lane.tracks ? message : track(doc, message), facts };
    } catch (error) {
      const instead = withoutFiles(doc, error, clock);
      if (instead !== undefined) return instead;
      if (error instanceof NoSenderError)
        return { transition: because('failed', `no_sender: ${error.message}`) };
      throw error;
    }
  };

  return async (doc, { lane, target, waited, files }) => {
    const sendable = await check(doc, lane, target.stream);
    if ('outcome' in sendable) return { transition: sendable };
    // Before the limits: what cannot leave now must not use them up.
    const shut = gateShut(doc, sendable.lane);
    if (shut !== undefined) return { transition: shut };
    const held = await askLimits(doc, {
      provider: sendable.lane.name,
      traits: sendable.subject.prospect.traits,
      transactional: sendable.version.transactional === true,
      waited,
    });
    return held ?? composed(doc, sendable, target, files);
  };
}
