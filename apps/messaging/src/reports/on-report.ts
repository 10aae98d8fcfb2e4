import { ack, drop } from '@herald/broker';
import type { MessageDocument } from '@herald/contracts';
import { decideReport, prospectIdOf, readReport } from '@herald/domain';
import type { Transitions } from '../send/transitions.ts';
import type { OnEvent } from './on-applied.ts';

/** So many reports of a message are remembered, to know one that is delivered again. */
const HEARD = 50;

/**
 * Handles `messaging.applied`: a provider, or the tracking of our own, has reported of a message. It may come
 * before the call it is about was recorded: then it is what is known of the call, and the record that follows
 * adds to it.
 */
export function createOnReport({ transitions }: { readonly transitions: Transitions }): OnEvent {
  return async (event) => {
    const report = readReport(event);
    if (report === undefined) return drop('this reports nothing that is known');
    const found = await transitions.outbox.load(event.workspace, report.messageId);
    // Every message is written before its provider is called.
    if (found === undefined || found.state.prospectId !== prospectIdOf(event))
      return drop('this reports of a message that this prospect never had');
    return transitions.outbox.change(found, async (doc) => {
      if (doc.heard?.includes(report.id)) return ack;
      const transition = decideReport(doc.state, report);
      if (transition === undefined) return ack;
      const facts = { ...transition.facts, ...factsOfCall(doc) };
      const heard = [...(doc.heard ?? []), report.id].slice(-HEARD);
      const recorded = await transitions.record({ ...doc, heard }, { ...transition, facts });
      return recorded && ack;
    });
  };
}

/** Of a call that is under way, what would be told whatever comes of it. */
const factsOfCall = ({ lease, state }: MessageDocument) =>
  lease === undefined ? {} : { ...lease.facts, attempts: state.attempts + 1 };
