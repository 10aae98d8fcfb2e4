import type { StoredEvent } from '@herald/domain';
import { Type } from 'typebox';
import { traced } from './events.ts';
import { exchange } from './topology.ts';
import { contract, type OutMessage } from './wire.ts';

/** `applied` exchange: an event that is in the log and folded. Body: the stored event. Key: its type. */
export const appliedContract = contract(
  'applied',
  Type.Unsafe<StoredEvent>(
    Type.Object({
      workspace: Type.String(),
      id: Type.String(),
      stream: Type.String(),
      seq: Type.Integer({ minimum: 1 }),
      type: Type.String(),
      occurredAt: Type.Integer(),
      receivedAt: Type.Integer(),
      position: Type.Optional(Type.Integer()),
      request: Type.Optional(Type.String()),
      data: Type.Object({}),
      depth: Type.Integer(),
      correlationId: Type.String(),
    }),
  ),
);

export const appliedMessage = (event: StoredEvent): OutMessage => ({
  exchange: exchange.applied,
  key: event.type,
  id: event.id,
  body: event,
  ...traced(event),
});
