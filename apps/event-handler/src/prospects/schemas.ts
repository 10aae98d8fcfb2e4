import { type CompanyState, iso, type ProspectState } from '@herald/domain';
import { Type } from 'typebox';

const Traits = Type.Record(Type.String(), Type.Unknown());
const Instant = Type.String({ format: 'date-time' });

const id = { minLength: 1, maxLength: 512 };
/** The id of a prospect or company, as a filter. */
export const IdFilter = Type.String(id);
export const IdParams = Type.Object({ id: Type.String({ ...id, examples: ['ada'] }) });

export const ProspectBody = Type.Object({
  id: Type.String(),
  traits: Traits,
  companyId: Type.Optional(Type.String()),
  subscriptions: Type.Record(
    Type.String(),
    Type.Object({ subscribed: Type.Boolean(), at: Instant, reason: Type.Optional(Type.String()) }),
    {
      description:
        'Decisions by channel, or by `<channel>:<topic>`; `all` stands for every channel. The decision ' +
        'that stands, and when it was made.',
    },
  ),
  suppressions: Type.Optional(
    Type.Record(
      Type.String(),
      Type.Object({
        suppressed: Type.Boolean(),
        address: Type.Optional(Type.String({ description: 'The only address it is about.' })),
        at: Instant,
        reason: Type.Optional(Type.String()),
      }),
      { description: 'By channel: whether messages can and may reach the person at all.' },
    ),
  ),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
  version: Type.Integer({ description: 'How many events it is folded from.' }),
  erasedAt: Type.Optional(Instant),
});

export const CompanyBody = Type.Object({
  id: Type.String(),
  traits: Traits,
  firstSeenAt: Instant,
  lastSeenAt: Instant,
  version: Type.Integer({ description: 'How many events it is folded from.' }),
});

export const viewProspect = (state: ProspectState) => ({
  id: state.prospectId,
  traits: state.traits,
  companyId: state.companyId,
  subscriptions: Object.fromEntries(
    Object.entries(state.subscriptions).map(([channel, { subscribed, at, reason }]) => [
      channel,
      { subscribed, at: iso(at), reason },
    ]),
  ),
  suppressions:
    state.suppressions &&
    Object.fromEntries(
      Object.entries(state.suppressions).map(([channel, { suppressed, at, address, reason }]) => [
        channel,
        { suppressed, at: iso(at), address, reason },
      ]),
    ),
  firstSeenAt: iso(state.firstSeenAt),
  lastSeenAt: iso(state.lastSeenAt),
  version: state.seq,
  erasedAt: state.erasedAt === undefined ? undefined : iso(state.erasedAt),
});

export const viewCompany = (state: CompanyState) => ({
  id: state.companyId,
  traits: state.traits,
  firstSeenAt: iso(state.firstSeenAt),
  lastSeenAt: iso(state.lastSeenAt),
  version: state.seq,
});
