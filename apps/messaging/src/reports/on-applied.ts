import { ack, type Handler, type Verdict } from '@herald/broker';
import { appliedContract, handlerOf } from '@herald/contracts';
import { MESSAGE_REPORTED, type StoredEvent } from '@herald/domain';

export type OnEvent = (event: StoredEvent) => Promise<Verdict>;

/** Handles `messaging.applied`: reports, which are many, and erasures. Other events need nothing. */
export const createOnApplied = (deps: { readonly onErased: OnEvent; readonly onReport: OnEvent }): Handler =>
  handlerOf(appliedContract, async (event) => {
    switch (event.type) {
      case 'prospect.erased':
        return deps.onErased(event);
      case MESSAGE_REPORTED:
        return deps.onReport(event);
      default:
        return ack;
    }
  });
