import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from './client.ts';

interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly prospectId: string;
  readonly data?: object;
}

/** A client that never gives up: it repeats each request until the answer is 202. */
export interface Load {
  /** The ids of the events that were acknowledged so far. */
  readonly acknowledged: ReadonlySet<string>;
  /** How many requests got no answer, or another than 202. */
  readonly refused: number;
  /** Sends all events of these prospects. Resolves when all are acknowledged. */
  send(prospects: readonly string[]): Promise<void>;
}

/** `again`: ms before a request is sent again. */
export function createLoad(client: Client, { again = 20 }: { readonly again?: number } = {}): Load {
  const acknowledged = new Set<string>();
  let refused = 0;

  const insist = async (events: readonly NewEvent[]): Promise<void> => {
    for (;;) {
      const answer = await client.send('POST', '/v1/events', JSON.stringify(events)).catch(() => undefined);
      if (answer?.status === 202) break;
      if (answer !== undefined && answer.status < 500) throw new Error(JSON.stringify(answer));
      refused += 1;
      await pause(again);
    }
    for (const { id } of events) acknowledged.add(id);
  };

  const one = async (who: string, index: number): Promise<void> => {
    const traits = { email: `${who}@example.com`, name: who };
    const start = { id: `${who}-start`, type: 'trial.started', prospectId: who };
    await insist([
      { id: `${who}-profile`, type: 'prospect.updated', prospectId: who, data: { traits } },
      start,
    ]);
    // A third of them send it twice; half of them do what the campaign waits for.
    if (index % 3 === 0) await insist([start]);
    if (index % 2 === 0) await insist([{ id: `${who}-project`, type: 'project.created', prospectId: who }]);
  };

  return {
    acknowledged,
    get refused() {
      return refused;
    },
    async send(prospects) {
      await Promise.all(prospects.map(one));
    },
  };
}
