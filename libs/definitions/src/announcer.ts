import { type Broker, BrokerError } from '@herald/broker';
import { type Change, changeMessage } from '@herald/contracts';

/** ms of wall time until what could not be announced is announced again. */
const AGAIN = 2000;

/** Announces to every replica that a definition was written, so that it reads it again. */
export interface Announcer {
  /**
   * Call it once the write is stored. Resolves when the change is announced or, when the broker does not take
   * it in time, as soon as that is known: it is then announced again until it is taken. Never rejects, for
   * what is stored is stored. A process that ends before leaves other replicas with what they have until the
   * next write of the same, or until their connection is new.
   */
  announce(change: Change): Promise<void>;
}

/** `failed` hears of each attempt that did not succeed. */
export function createAnnouncer(
  broker: Pick<Broker, 'publish'>,
  failed: (error: unknown, change: Change) => void,
): Announcer {
  /** The newest of each definition. */
  const owed = new Map<string, Change>();
  let timer: NodeJS.Timeout | undefined;

  const announce = async (change: Change): Promise<void> => {
    const key = JSON.stringify([change.kind, change.workspace, change.id]);
    try {
      await broker.publish([changeMessage(change)]);
      if ((owed.get(key)?.version ?? 0) <= change.version) owed.delete(key);
    } catch (error) {
      failed(error, change);
      if (error instanceof BrokerError && error.code === 'closed') return;
      if ((owed.get(key)?.version ?? 0) <= change.version) owed.set(key, change);
      if (timer === undefined) timer = setTimeout(again, AGAIN).unref();
    }
  };
  const again = (): void => {
    timer = undefined;
    for (const change of [...owed.values()]) void announce(change);
  };
  return { announce };
}
