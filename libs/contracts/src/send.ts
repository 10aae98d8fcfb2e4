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

/** `send` exchange, key `request`: a message is wanted. The same messageId again is the same message. */
const Request = Type.Object({
  kind: Type.Literal('request'),
  workspace: Type.String(),
  messageId: Type.String(),
  prospectId: Type.String(),
  channel: Type.Enum([...CHANNELS]),
  template: Type.String(),
  /** Where a webhook goes. */
  url: Type.Optional(Type.String()),
  campaignId: Type.String(),
  campaignVersion: Type.Integer(),
  enrollmentId: Type.String(),
  stepId: Type.String(),
  requestedAt: Type.Integer(),
  /** When the event that caused it was received; absent when it comes after a wait. */
  receivedAt: Type.Optional(Type.Integer()),
  /** Not before this instant. */
  dueAt: Type.Integer(),
  /** The message of the same run that leaves first, or ends. */
  after: Type.Optional(Type.String()),
  /** What templates see as `it.event`: the entry event. */
  event: Seen,
  /** What templates see as `it.enrollment`. */
  enrollment: Type.Unsafe<JsonObject>(Type.Object({})),
  cause: Cause,
});

/** `send` exchange, key `withdraw`: nothing of this enrollment that has not left is wanted any more. */
const Withdraw = Type.Object({
  kind: Type.Literal('withdraw'),
  workspace: Type.String(),
  enrollmentId: Type.String(),
  reason: Type.String(),
  cause: Cause,
});

/** `delay` exchange → `messaging.send`: the message's due time has come. */
const Due = Type.Object({
  kind: Type.Literal('due'),
  workspace: Type.String(),
  id: Type.String(),
  version: Type.Integer(),
});

/**
 * `send` exchange, key `inbound`: somebody wrote to us. Only messaging knows whose the number is: whom its
 * latest text to it was for.
 */
const Inbound = Type.Object({
  kind: Type.Literal('inbound'),
  workspace: Type.String(),
  channel: Type.Literal('sms'),
  /** The provider's, which gives each incoming text one. */
  id: Type.String({ minLength: 1 }),
  from: Type.String({ minLength: 1 }),
  text: Type.String(),
  /** What the words mean by the usage of the networks; absent for any others. */
  keyword: Type.Optional(Type.Union([Type.Literal('stop'), Type.Literal('start'), Type.Literal('help')])),
  provider: Type.String(),
  receivedAt: Type.Integer(),
});

export type SendInbound = Static<typeof Inbound>;
export type SendRequest = Static<typeof Request>;
export type SendWithdraw = Static<typeof Withdraw>;
export type SendDue = Static<typeof Due>;

export const sendContract = contract('send', Type.Union([Request, Withdraw, Due, Inbound]));

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

/** `traceparent` is that of what caused the message: however long it waited, its sending is linked to it. */
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
