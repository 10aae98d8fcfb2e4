import { CHANNELS, type JsonObject, type SeenEvent } from '@herald/domain';
import { type Static, Type } from 'typebox';
import { traced } from './events.ts';
import { exchange, queue } from './topology.ts';
import { contract, type OutMessage } from './wire.ts';

const Cause = Type.Object({
  correlationId: Type.String(),
  causationId: Type.Optional(Type.String()),
  depth: Type.Integer({ minimum: 0 }),
  traceparent: Type.Optional(Type.String()),
});

const Seen = Type.Unsafe<SeenEvent>(
  Type.Object({ id: Type.String(), type: Type.String(), occurredAt: Type.Integer(), data: Type.Object({}) }),
);

/** `send` exchange, key `request`: a message is requested. The same messageId again is the same message. */
const Request = Type.Object({
  kind: Type.Literal('request'),
  workspace: Type.String(),
  messageId: Type.String(),
  prospectId: Type.String(),
  channel: Type.Enum([...CHANNELS]),
  template: Type.String(),
  /** The address of a webhook. */
  url: Type.Optional(Type.String()),
  campaignId: Type.String(),
  campaignVersion: Type.Integer(),
  enrollmentId: Type.String(),
  stepId: Type.String(),
  requestedAt: Type.Integer(),
  /** When the event that caused it was received; absent if it follows a wait. */
  receivedAt: Type.Optional(Type.Integer()),
  /** Not before this instant. */
  dueAt: Type.Integer(),
  /** The message of the same run that must be sent, or end, first. */
  after: Type.Optional(Type.String()),
  /** What templates see as `it.event`: the entry event. */
  event: Seen,
  /** What templates see as `it.enrollment`. */
  enrollment: Type.Unsafe<JsonObject>(Type.Object({})),
  cause: Cause,
});

/**
 * `send` exchange, key `withdraw`: messages of this enrollment that have not been sent are not wanted any
 * more.
 */
const Withdraw = Type.Object({
  kind: Type.Literal('withdraw'),
  workspace: Type.String(),
  enrollmentId: Type.String(),
  reason: Type.String(),
  cause: Cause,
});

/** `delay` exchange → `messaging.send`: the message is due. */
const Due = Type.Object({
  kind: Type.Literal('due'),
  workspace: Type.String(),
  id: Type.String(),
  version: Type.Integer(),
});

/**
 * `send` exchange, key `inbound`: an incoming text. Only messaging knows whose number it is: the recipient of
 * its latest text to it.
 */
const Inbound = Type.Object({
  kind: Type.Literal('inbound'),
  workspace: Type.String(),
  channel: Type.Literal('sms'),
  /** The provider's id, unique for each incoming text. */
  id: Type.String({ minLength: 1 }),
  from: Type.String({ minLength: 1 }),
  text: Type.String(),
  /** What the words mean by the networks' conventions; absent for all others. */
  keyword: Type.Optional(Type.Union([Type.Literal('stop'), Type.Literal('start'), Type.Literal('help')])),
  provider: Type.String(),
  receivedAt: Type.Integer(),
});

/**
 * `send` exchange, key `returned`: a mail came to an address that names a message. Only messaging knows whose
 * message that is.
 */
const Returned = Type.Object({
  kind: Type.Literal('returned'),
  messageId: Type.String({ minLength: 1 }),
  /** Of the message's workspace; see `workspaceTag`. */
  workspaceTag: Type.String({ minLength: 1 }),
  /** The same for the same mail. */
  id: Type.String({ minLength: 1 }),
  /** What is reported of the message. Absent: the person wants no more. */
  reported: Type.Optional(
    Type.Object({
      outcome: Type.Enum(['bounced', 'failed', 'deferred', 'complained'] as const),
      bounce: Type.Optional(Type.Enum(['hard', 'soft'] as const)),
      reason: Type.Optional(Type.String()),
    }),
  ),
  receivedAt: Type.Integer(),
});

export type SendReturned = Static<typeof Returned>;
export type SendInbound = Static<typeof Inbound>;
export type SendRequest = Static<typeof Request>;
export type SendWithdraw = Static<typeof Withdraw>;
export type SendDue = Static<typeof Due>;

export const sendContract = contract('send', Type.Union([Request, Withdraw, Due, Inbound, Returned]));

export const requestMessage = (request: SendRequest): OutMessage => ({
  exchange: exchange.send,
  key: 'request',
  id: request.messageId,
  body: request,
  ...traced(request.cause),
});

export const withdrawMessage = (withdraw: SendWithdraw): OutMessage => ({
  exchange: exchange.send,
  key: 'withdraw',
  id: `withdraw:${withdraw.enrollmentId}`,
  body: withdraw,
  ...traced(withdraw.cause),
});

/** `traceparent` is that of what caused the message: its sending is linked to it, however long it waited. */
export const sendDueMessage = (
  due: Omit<SendDue, 'kind'>,
  delay: number,
  traceparent?: string,
): OutMessage => ({
  exchange: exchange.delay,
  key: queue.messagingSend,
  id: `${due.id}:${due.version}`,
  body: { kind: 'due', ...due } satisfies SendDue,
  delay,
  ...(traceparent === undefined ? {} : { traceparent }),
});

export const inboundMessage = (inbound: Omit<SendInbound, 'kind'>): OutMessage => ({
  exchange: exchange.send,
  key: 'inbound',
  id: `${inbound.provider}:${inbound.id}`,
  body: { kind: 'inbound', ...inbound } satisfies SendInbound,
});

export const returnedMessage = (returned: Omit<SendReturned, 'kind'>): OutMessage => ({
  exchange: exchange.send,
  key: 'returned',
  id: returned.id,
  body: { kind: 'returned', ...returned } satisfies SendReturned,
});
