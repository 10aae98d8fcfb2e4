import type { Handler } from '@herald/broker';

/**
 * Handles `messaging.applied`: reports, which are many, and erasures, each by its own handler. What is
 * neither of ours is a report that says so.
 */
export const createOnApplied =
  ({ onErased, onReport }: { readonly onErased: Handler; readonly onReport: Handler }): Handler =>
  (delivery) =>
    isErasure(delivery.body) ? onErased(delivery) : onReport(delivery);

const isErasure = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'type' in body && body.type === 'prospect.erased';
