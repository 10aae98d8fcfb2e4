import type { BatchHandler, Delivery } from './broker.ts';
import { drop, retry, type Verdict } from './verdict.ts';

/**
 * One verdict for each delivery, whatever the handler does: a throw or an invalid verdict counts as `retry`.
 */
export async function verdictsOf(
  handler: BatchHandler,
  deliveries: readonly Delivery[],
): Promise<readonly Verdict[]> {
  try {
    const verdicts = await handler(deliveries);
    return deliveries.map((_, n) => sound(verdicts[n]));
  } catch (error) {
    const verdict = retry(error instanceof Error ? error.message : String(error));
    return deliveries.map(() => verdict);
  }
}

/** Checked in spite of the types: a verdict that cannot be stored would hold up every other one. */
function sound(verdict: Verdict | undefined): Verdict {
  switch (verdict?.kind) {
    case 'ack':
      return verdict;
    case 'drop':
      return drop(String(verdict.reason));
    case 'retry':
      return retry(String(verdict.reason), Number.isFinite(verdict.after) ? verdict.after : undefined);
    default:
      return retry('The handler gave no verdict');
  }
}
