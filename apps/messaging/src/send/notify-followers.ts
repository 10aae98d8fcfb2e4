import type { Broker } from '@herald/broker';
import { collections, type MessageDocument, sendDueMessage } from '@herald/contracts';
import type { Store } from '@herald/store';
import { afterOf } from '../limits/hold.ts';

export interface NotifyFollowersDeps {
  readonly store: Store;
  readonly broker: Pick<Broker, 'publish'>;
}

/** A message has one right behind it, and those of steps with `then: dontWait`. */
const FOLLOWERS = 100;

/**
 * Makes the messages behind one check again, after it has left, ended or been put off. Call it after that was
 * written.
 */
export function createNotifyFollowers({ store, broker }: NotifyFollowersDeps) {
  const messages = store.collection(collections.messages);
  return async ({ workspace, id }: MessageDocument): Promise<void> => {
    const equals = [workspace, afterOf(id)];
    const { items } = await messages.find({ index: 'byHold', equals, limit: FOLLOWERS });
    if (items.length > 0) await broker.publish(items.map(checkAgain));
  };
}

/** Has a message that waits check again whether it may leave. */
export const checkAgain = ({ workspace, id, version, cause }: MessageDocument) =>
  sendDueMessage({ workspace, id, version }, 0, cause.traceparent);
