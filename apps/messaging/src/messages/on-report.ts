import { ack, drop, type Handler, retry } from '@herald/broker';
import { appliedContract, ContractError, type MessageDocument } from '@herald/contracts';
import { decideReport, MESSAGE_REPORTED, prospectIdOf, readReport, type StoredEvent } from '@herald/domain';
import { ConflictError, type Transitions } from './transitions.ts';

const TRIES = 5;
/** So many reports of a message are remembered, to know one that is delivered again. */
const HEARD = 50;

/**
 * Handles `messaging.applied`: a provider, or the tracking of our own, has reported of a message. It may come
 * before the call it is about was recorded: then it is what is known of the call, and the record that follows
 * adds to it.
 */
export function createOnReport({ transitions }: { readonly transitions: Transitions }): Handler {
  const tell = async (event: StoredEvent) => {
    const report = readReport(event);
    if (report === undefined) return drop('this reports nothing that is known');
    for (let tries = 0; tries < TRIES; tries += 1) {
      const doc = await transitions.outbox.load(event.workspace, report.messageId);
      // Every message is written before its provider is called.
      if (doc === undefined || doc.state.prospectId !== prospectIdOf(event))
        return drop('this reports of a message that this prospect never had');
      if (doc.heard?.includes(report.id)) return ack;
      const transition = decideReport(doc.state, report);
      if (transition === undefined) return ack;
      const facts = { ...transition.facts, ...factsOfCall(doc) };
      const heard = [...(doc.heard ?? []), report.id].slice(-HEARD);
      if ((await transitions.record({ ...doc, heard }, { ...transition, facts })) !== undefined) return ack;
    }
    throw new ConflictError(`message ${report.messageId} kept changing`);
  };

  return async (delivery) => {
    try {
      const event = appliedContract.parse(delivery.body);
      return event.type === MESSAGE_REPORTED ? await tell(event) : ack;
    } catch (error) {
      if (error instanceof ContractError) return drop(error.message);
      if (error instanceof ConflictError) return retry(error.message);
      throw error;
    }
  };
}

/** Of a call that is under way, what would be told whatever comes of it. */
const factsOfCall = ({ lease, state }: MessageDocument) =>
  lease === undefined ? {} : { ...lease.facts, attempts: state.attempts + 1 };
