import type { MessageDocument } from '@herald/contracts';
import type { CallFacts } from '@herald/domain';
import { TemplateError } from '@herald/templates';
import { NoSenderError } from '../channels/channel.ts';
import { shownAddress } from '../channels/index.ts';
import type { AskLimits, HeldBack } from '../limits/ask-limits.ts';
import type { Hold } from '../limits/hold.ts';
import type { Lane } from '../providers/lane.ts';
import type { Outgoing } from '../providers/provider.ts';
import type { Track } from '../reports/track.ts';
import type { Compose } from '../templates/compose.ts';
import { because, type Check, type Sendable } from './check.ts';
import { gateShut } from './gate-shut.ts';

/** A message composed and allowed to leave. */
export interface Ready {
  readonly lane: Lane;
  readonly message: Outgoing;
  readonly facts: CallFacts;
}

/** The message ready to leave, or what happens to it instead. `waited`: where it has waited already. */
export type Prepare = (
  doc: MessageDocument,
  lane: Lane | undefined,
  waited: Hold | undefined,
) => Promise<Ready | HeldBack>;

export interface PrepareDeps {
  readonly check: Check;
  readonly askLimits: AskLimits;
  readonly compose: Pick<Compose, 'message' | 'unsubscribeLink'>;
  readonly track: Track;
}

export function createPrepare({ check, askLimits, compose, track }: PrepareDeps): Prepare {
  const composed = async (doc: MessageDocument, sendable: Sendable): Promise<Ready | HeldBack> => {
    const { version, subject, lane, to } = sendable;
    const { channel, prospectId } = doc.state;
    const unsubscribe = compose.unsubscribeLink(version, { id: doc.id, prospectId });
    const about = { ...subject, unsubscribe };
    try {
      const { message, locale, copies } = await compose.message(version, about, to);
      const facts = {
        to: shownAddress(channel, to),
        templateVersion: version.n,
        ...(locale !== undefined && { locale }),
        ...(copies !== undefined && { copies }),
        provider: lane.name,
      };
      return { lane, message: lane.tracks ? message : track(doc, message), facts };
    } catch (error) {
      if (error instanceof TemplateError)
        return { transition: because('failed', `template_error: ${error.message}`) };
      if (error instanceof NoSenderError)
        return { transition: because('failed', `no_sender: ${error.message}`) };
      throw error;
    }
  };

  return async (doc, lane, waited) => {
    const sendable = await check(doc, lane);
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
    return held ?? composed(doc, sendable);
  };
}
