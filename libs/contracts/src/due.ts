import { type Static, Type } from 'typebox';
import { exchange, queue } from './topology.ts';
import { contract, type OutMessage } from './wire.ts';

/**
 * `delay` exchange → `campaign-runner.due`: an enrollment's wait may be over. A stale version does nothing.
 */
const Due = Type.Object({ workspace: Type.String(), id: Type.String(), version: Type.Integer() });
export type EnrollmentDue = Static<typeof Due>;

export const dueContract = contract('due', Due);

/** `traceparent` is that of what began the wait: what follows is linked to it, however long the wait took. */
export const dueMessage = (due: EnrollmentDue, delay: number, traceparent?: string): OutMessage => ({
  exchange: exchange.delay,
  key: queue.campaignRunnerDue,
  id: `${due.id}:${due.version}`,
  body: due,
  delay,
  ...(traceparent === undefined ? {} : { traceparent }),
});
