import type { MessageDocument } from '@herald/contracts';
import type { MessageTransition } from '@herald/domain';
import type { Lane, Target } from '../providers/lane.ts';

/** What a gate must know of a message. */
export const targetOf = ({ workspace, request }: MessageDocument): Target => ({
  workspace,
  url: request?.url,
});

/** Puts a message off while the gate of its provider is shut; undefined: it is open. */
export const gateShut = (doc: MessageDocument, lane: Lane): MessageTransition | undefined => {
  const reason = lane.gate(targetOf(doc)).shut()?.reason;
  return reason === undefined ? undefined : comeBack(doc, lane, reason);
};

/** Puts a message off until the gate opens. */
export const comeBack = (doc: MessageDocument, lane: Lane, reason: string): MessageTransition => ({
  outcome: 'scheduled',
  facts: {
    reason: `${lane.name} is given nothing now: ${reason}`,
    dueAt: lane.gate(targetOf(doc)).comeBack(),
  },
});
