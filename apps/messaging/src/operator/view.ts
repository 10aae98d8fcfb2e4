import type { MessageDocument } from '@herald/contracts';
import type { AttachmentFact, MessageCopies } from '@herald/domain';
import { Type } from 'typebox';

const When = Type.String({ format: 'date-time' });

/** A message as the API shows it. */
export const Message = Type.Object({
  id: Type.String(),
  channel: Type.String(),
  status: Type.String({
    description:
      'requested, scheduled, sending, sent, delivered, opened, clicked, answered, completed, busy, ' +
      'no_answer, suppressed, failed, expired, withdrawn, bounced, complained or unknown',
  }),
  reason: Type.Optional(Type.String()),
  prospectId: Type.String(),
  to: Type.Optional(Type.String()),
  template: Type.String(),
  templateVersion: Type.Optional(Type.Integer()),
  locale: Type.Optional(
    Type.String({ description: 'the variant of the template, by its language; default: none fitted' }),
  ),
  campaignId: Type.String(),
  campaignVersion: Type.Integer(),
  enrollmentId: Type.String(),
  stepId: Type.String(),
  copies: Type.Optional(
    Type.Unsafe<MessageCopies>(
      Type.Object(
        {
          cc: Type.Optional(Type.Array(Type.String())),
          bcc: Type.Optional(Type.Array(Type.String())),
          leftOut: Type.Optional(Type.Array(Type.String(), { description: 'who gets none, and why' })),
        },
        { description: 'who else got it' },
      ),
    ),
  ),
  attachments: Type.Optional(
    Type.Unsafe<readonly AttachmentFact[]>(
      Type.Array(
        Type.Object({
          filename: Type.String(),
          size: Type.Optional(Type.Integer({ description: 'bytes' })),
          sha256: Type.Optional(Type.String()),
          missing: Type.Optional(Type.String({ description: 'why the message left without it' })),
        }),
      ),
    ),
  ),
  provider: Type.Optional(Type.String()),
  providerId: Type.Optional(Type.String()),
  bounce: Type.Optional(Type.String({ description: 'hard: there is no such address; soft: not now' })),
  waitlist: Type.Optional(
    Type.String({
      description: 'where it waits its turn: share, rate:<channel>[:<provider>] or campaign:<id>',
    }),
  ),
  attempts: Type.Integer(),
  requestedAt: When,
  dueAt: When,
  changedAt: When,
  sentAt: Type.Optional(When),
  version: Type.Integer(),
});

/** `sending` is no stored status: it shows while a lease lasts, during the call of a provider. */
export function viewMessage({ state, lease, hold, version }: MessageDocument): Type.Static<typeof Message> {
  const { messageId, status, requestedAt, dueAt, changedAt, sentAt, ...more } = state;
  const { version: _folded, reported: _by, ...rest } = more;
  return {
    ...rest,
    id: messageId,
    status: lease === undefined ? status : 'sending',
    ...(hold === undefined ? {} : { waitlist: hold.waitlist }),
    requestedAt: iso(requestedAt),
    dueAt: iso(dueAt),
    changedAt: iso(changedAt),
    ...(sentAt === undefined ? {} : { sentAt: iso(sentAt) }),
    version,
  };
}

const iso = (instant: number): string => new Date(instant).toISOString();
