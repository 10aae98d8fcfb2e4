import {
  type CompanyState,
  evolveCompany,
  evolveProspect,
  initialCompany,
  initialProspect,
  type ProspectState,
  type StoredEvent,
  type StreamKind,
} from '@herald/domain';

/** What a stream is folded into. The stream of a campaign has no projection. */
export type ProjectedState = ProspectState | CompanyState;

export function initialState(kind: StreamKind, id: string): ProjectedState | undefined {
  switch (kind) {
    case 'prospect':
      return initialProspect(id);
    case 'company':
      return initialCompany(id);
    case 'campaign':
      return undefined;
    default: {
      const unknown: never = kind;
      return unknown;
    }
  }
}

export const evolveState = (state: ProjectedState, event: StoredEvent): ProjectedState =>
  isProspect(state) ? evolveProspect(state, event) : evolveCompany(state, event);

export const isProspect = (state: ProjectedState): state is ProspectState => 'prospectId' in state;
