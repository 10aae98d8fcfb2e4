import type { CompanyState, ProspectState } from '@herald/domain';
import { Type } from 'typebox';
import { iso } from '../iso.ts';

const Traits = Type.Record(Type.String(), Type.Unknown());
const Instant = Type.String({ format: 'date-time' });

export const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 512 }) });

export const ProspectBody = Type.Object({
  id: Type.String(),
  traits: Traits,
  companyId: Type.Optional(Type.String()),
  subscriptions: Type.Record(
    Type.String(),
    Type.Object({ subscribed: Type.Boolean(), at: Instant, reason: Type.Optional(Type.String()) }),
    { description: 'Decisions by channel; `all` stands for every channel. The later decision stands.' },
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
  ...(state.companyId === undefined ? {} : { companyId: state.companyId }),
  subscriptions: Object.fromEntries(
    Object.entries(state.subscriptions).map(([channel, { subscribed, at, reason }]) => [
      channel,
      { subscribed, at: iso(at), ...(reason === undefined ? {} : { reason }) },
    ]),
  ),
  firstSeenAt: iso(state.firstSeenAt),
  lastSeenAt: iso(state.lastSeenAt),
  version: state.seq,
  ...(state.erasedAt === undefined ? {} : { erasedAt: iso(state.erasedAt) }),
});

export const viewCompany = (state: CompanyState) => ({
  id: state.companyId,
  traits: state.traits,
  firstSeenAt: iso(state.firstSeenAt),
  lastSeenAt: iso(state.lastSeenAt),
  version: state.seq,
});
