import type { Instant } from '../clock.ts';
import type { StoredEvent } from '../event.ts';
import type { JsonObject } from '../json.ts';
import { happenedAt } from '../order.ts';
import { mergeTraits, type ProspectState } from './prospect.ts';

/** An organisation, folded from the events of stream `company/<id>`; `company.updated` sets its traits. */
export interface CompanyState {
  readonly companyId: string;
  readonly traits: JsonObject;
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
  readonly seq: number;
  readonly stamps: ProspectState['stamps'];
}

export const initialCompany = (companyId: string): CompanyState => ({
  companyId,
  traits: {},
  firstSeenAt: Number.MAX_SAFE_INTEGER,
  lastSeenAt: 0,
  seq: 0,
  stamps: {},
});

/** Folds one stored event into its company. */
export function evolveCompany(state: CompanyState, event: StoredEvent): CompanyState {
  const seen = {
    ...state,
    seq: event.seq,
    firstSeenAt: Math.min(state.firstSeenAt, happenedAt(event)),
    lastSeenAt: Math.max(state.lastSeenAt, happenedAt(event)),
  };
  return event.type === 'company.updated'
    ? { ...seen, ...mergeTraits(state.traits, state.stamps, event) }
    : seen;
}
