import type { MessageDocument } from '@herald/contracts';
import { type Clock, type MessageTransition, mayRetry, reasonOf } from '@herald/domain';
import { Problem } from '@herald/http';
import type { Transitions } from '../send/transitions.ts';

/** What an operator can do with a message that is stuck. Each throws a `Problem`. */
export interface Operator {
  /**
   * Sends a message again that failed, bounced, was suppressed or expired. One of unknown outcome needs
   * `mayDuplicate`: it may arrive twice. All checks are made again.
   */
  retry(workspace: string, id: string, mayDuplicate: boolean): Promise<MessageDocument>;
  /** Records what became of a message of unknown outcome. */
  resolve(
    workspace: string,
    id: string,
    outcome: 'sent' | 'failed',
    reason: string,
  ): Promise<MessageDocument>;
}

export function createOperator({
  transitions,
  clock,
}: {
  readonly transitions: Transitions;
  readonly clock: Clock;
}): Operator {
  const existing = async (workspace: string, id: string): Promise<MessageDocument> => {
    const doc = await transitions.outbox.load(workspace, id);
    if (doc === undefined) throw new Problem(404, 'message_unknown', 'There is no such message.');
    return doc;
  };

  const record = async (doc: MessageDocument, transition: MessageTransition): Promise<MessageDocument> => {
    const recorded = await transitions.record(doc, transition);
    if (recorded === undefined)
      throw new Problem(409, 'conflict', 'The message has just changed; look again.');
    return recorded;
  };

  return {
    async retry(workspace, id, mayDuplicate) {
      const { tries: _before, ...doc } = await existing(workspace, id);
      const { status } = doc.state;
      if (status === 'unknown' && !mayDuplicate)
        throw new Problem(
          409,
          'may_duplicate',
          'It may have left already: confirm with "mayDuplicate": true.',
        );
      if (doc.lease !== undefined || !mayRetry(status, mayDuplicate))
        throw new Problem(409, 'not_retryable', `A message that is ${status} cannot be sent again.`);
      if (doc.request === undefined)
        throw new Problem(409, 'erased', 'What it was made from has been erased.');
      return record(doc, { outcome: 'scheduled', facts: { reason: 'asked for again', dueAt: clock.now() } });
    },
    async resolve(workspace, id, outcome, reason) {
      const doc = await existing(workspace, id);
      if (doc.lease !== undefined || doc.state.status !== 'unknown')
        throw new Problem(409, 'not_unknown', 'Only a message of unknown outcome can be resolved.');
      return record(doc, { outcome, facts: { reason: reasonOf(reason) } });
    },
  };
}
