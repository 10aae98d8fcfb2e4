import { ack, drop } from '@herald/broker';
import type { MessageDocument } from '@herald/contracts';
import { decideReport, prospectIdOf, readReport } from '@herald/domain';
import type { Transitions } from '../send/transitions.ts';
import type { OnEvent } from './on-applied.ts';

/** At most so many reports of a message are remembered, to recognize one that is delivered again. */
const HEARD = 50;

/**
 * Handles a report of a provider or of tracking from `messaging.applied`. It may come before the call itself
 * is recorded: then it stands, and the record that follows adds to it.
 */
export function createOnReport({ transitions }: { readonly transitions: Transitions }): OnEvent {
  return async (event) => {
    const report = readReport(event);
    if (report === undefined) return drop('this is no known report');
    const found = await transitions.outbox.load(event.workspace, report.messageId);
    // Every message is written before its provider is called.
    if (found === undefined || found.state.prospectId !== prospectIdOf(event))
      return drop('this prospect never had the message that is reported');
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

/** Of a call that is under way: what is recorded of it, whatever its outcome. */
const factsOfCall = ({ lease, state }: MessageDocument) =>
  lease === undefined ? {} : { ...lease.facts, attempts: state.attempts + 1 };
