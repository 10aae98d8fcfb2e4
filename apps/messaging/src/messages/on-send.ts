import { ack, drop, type Handler, retry } from '@herald/broker';
import {
  ContractError,
  type MessageDocument,
  type SendDue,
  type SendRequest,
  sendContract,
} from '@herald/contracts';
import { initialMessage, type MessageIdentity, mayStillLeave } from '@herald/domain';
import type { ServiceDeps } from '@herald/service';
import { RendererBusyError } from '../templates/rendering/renderer.ts';
import type { Attempt } from './attempt.ts';
import { ConflictError, type Transitions } from './transitions.ts';
import type { Withdraw } from './withdraw.ts';

export interface OnSendDeps extends Pick<ServiceDeps, 'clock'> {
  readonly transitions: Transitions;
  readonly attempt: Attempt;
  readonly withdraw: Withdraw;
}

/** Handles `messaging.send`: a message is wanted, is due, or is wanted no more. Any of them may come twice, and in any order. */
export function createOnSend({ clock, transitions, attempt, withdraw }: OnSendDeps): Handler {
  /** Goes on from where the message stands. Whatever is leased, left or over is left alone. */
  const advance = async (doc: MessageDocument): Promise<void> => {
    if (doc.lease !== undefined || !mayStillLeave(doc.state.status)) return;
    if (doc.state.dueAt <= clock.now()) await attempt(doc);
    else if (doc.version === 0)
      await transitions.tell(doc, { outcome: 'scheduled', facts: { reason: 'not due yet' } });
    else await transitions.arm(doc);
  };

  const onRequest = async (request: SendRequest): Promise<void> => {
    const stored = await transitions.outbox.load(request.workspace, request.messageId);
    await advance(stored ?? newDocument(request));
  };

  const onDue = async ({ workspace, id, version }: SendDue): Promise<void> => {
    const doc = await transitions.outbox.load(workspace, id);
    if (doc?.version === version) await advance(doc);
  };

  return async (delivery) => {
    try {
      const wanted = sendContract.parse(delivery.body);
      if (wanted.kind === 'request') await onRequest(wanted);
      else if (wanted.kind === 'due') await onDue(wanted);
      else await withdraw(wanted);
      return ack;
    } catch (error) {
      if (error instanceof ContractError) return drop(error.message);
      if (error instanceof ConflictError || error instanceof RendererBusyError) return retry(error.message);
      throw error;
    }
  };
}

/** Not stored yet: it is written together with the first thing that happens to it. */
function newDocument(request: SendRequest): MessageDocument {
  const { workspace, messageId, cause, event, enrollment } = request;
  const identity: MessageIdentity = {
    messageId,
    prospectId: request.prospectId,
    channel: request.channel,
    template: request.template,
    campaignId: request.campaignId,
    campaignVersion: request.campaignVersion,
    enrollmentId: request.enrollmentId,
    stepId: request.stepId,
    requestedAt: request.requestedAt,
  };
  return {
    workspace,
    id: messageId,
    version: 0,
    state: initialMessage(identity, request.dueAt),
    request: { event, enrollment },
    cause,
    outbox: [],
  };
}
