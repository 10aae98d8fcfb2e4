import { ack, type Handler } from '@herald/broker';
import {
  handlerOf,
  type MessageDocument,
  type SendDue,
  type SendRequest,
  sendContract,
} from '@herald/contracts';
import { initialMessage, type MessageIdentity, mayStillLeave } from '@herald/domain';
import type { ServiceDeps } from '@herald/process';
import { ConflictError } from '@herald/store';
import { tracing } from '@herald/telemetry';
import { RendererBusyError } from '@herald/templates';
import type { FairShare } from '../limits/fair-share.ts';
import type { PutInWaitlist } from '../limits/put-in-waitlist.ts';
import type { Waitlists } from '../limits/waitlists.ts';
import type { OnInbound } from '../reports/on-inbound.ts';
import type { OnReturned } from '../reports/on-returned.ts';
import { type Attempt, StoppingError } from './attempt.ts';
import { isBehind } from './run-order.ts';
import type { Transitions } from './transitions.ts';
import type { Withdraw } from './withdraw.ts';

export interface OnSendDeps extends Pick<ServiceDeps, 'clock'> {
  readonly transitions: Transitions;
  readonly attempt: Attempt;
  readonly withdraw: Withdraw;
  readonly onInbound: OnInbound;
  readonly onReturned: OnReturned;
  readonly share: FairShare;
  readonly putInWaitlist: PutInWaitlist;
  readonly wake: Waitlists['wake'];
  /** Whether the service is stopping: nothing new begins. */
  readonly isStopping: () => boolean;
}

/**
 * Handles `messaging.send`: a message is requested, due or withdrawn, or a text or a mail came in. Each may
 * come twice, and in any order.
 */
export function createOnSend(deps: OnSendDeps): Handler {
  const { clock, transitions, attempt, withdraw, onInbound, onReturned, share } = deps;
  const { putInWaitlist } = deps;

  /**
   * Continues from the message's status. One that is leased, waits in a waitlist, has left or has ended is
   * left alone.
   */
  const advance = async (doc: MessageDocument): Promise<void> => {
    // Its alarm comes when the message in front has ended.
    if (isBehind(doc)) return takeTurn(doc);
    // The process that let it wait may have ended before it woke the waitlist.
    if (doc.hold !== undefined) return deps.wake(doc.workspace, doc.hold.waitlist);
    if (doc.lease !== undefined || !mayStillLeave(doc.state.status)) return;
    if (doc.state.dueAt <= clock.now()) await takeTurn(doc);
    else if (doc.version === 0)
      await transitions.record(doc, { outcome: 'scheduled', facts: { reason: 'not due yet' } });
    else await transitions.arm(doc);
  };

  /**
   * Messages beyond a workspace's share wait in the store, so that they do not delay others on the queue.
   */
  const takeTurn = async (doc: MessageDocument): Promise<void> => {
    const { workspace, id } = doc;
    if (!share.isFull(workspace)) return share.run(workspace, () => attempt(doc, doc.hold));
    if (!(await putInWaitlist(doc))) throw new ConflictError(`message ${id} kept changing`);
  };

  /**
   * Each delivery is a trace of its own. The correlation id links those of one cause.
   */
  const traced = async (doc: MessageDocument): Promise<void> => {
    tracing().annotate({
      'herald.correlation_id': doc.cause.correlationId,
      'herald.message_id': doc.id,
      'herald.enrollment_id': doc.state.enrollmentId,
    });
    await advance(doc);
  };

  const onRequest = async (request: SendRequest): Promise<void> => {
    const wanted = newDocument(request);
    // In a flood, without reading it first: this changes none that is stored already.
    const isFlood = request.dueAt <= clock.now() && share.isFull(request.workspace);
    if (isFlood && (await putInWaitlist(wanted))) return;
    const stored = await transitions.outbox.load(request.workspace, request.messageId);
    await traced(stored ?? wanted);
  };

  const onDue = async ({ workspace, id, version }: SendDue): Promise<void> => {
    const doc = await transitions.outbox.load(workspace, id);
    if (doc?.version === version) await traced(doc);
  };

  return handlerOf(
    sendContract,
    async (wanted) => {
      if (deps.isStopping()) throw new StoppingError();
      if (wanted.kind === 'request') await onRequest(wanted);
      else if (wanted.kind === 'due') await onDue(wanted);
      else if (wanted.kind === 'inbound') await onInbound(wanted);
      else if (wanted.kind === 'returned') await onReturned(wanted);
      else await withdraw(wanted);
      return ack;
    },
    [RendererBusyError, StoppingError],
  );
}

/** Not stored yet: it is written with its first transition. */
function newDocument(request: SendRequest): MessageDocument {
  const { workspace, messageId, cause, event, enrollment, url, receivedAt, after } = request;
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
    request: {
      ...{ event, enrollment },
      ...(url !== undefined && { url }),
      ...(receivedAt !== undefined && { receivedAt }),
      ...(after !== undefined && { after }),
    },
    cause,
    outbox: [],
  };
}
