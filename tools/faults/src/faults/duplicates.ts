import { describeProblem } from '@herald/harness';
import type { Fault, Stage } from '../fault.ts';

/** Copies of each request, all at once. */
const COPIES = 6;
/** Changes of each prospect's profile. */
const CHANGES = 5;
const DAY = 86_400_000;

/**
 * Every event many times over, side by side, and the changes of a profile in any order: the latest by
 * `occurredAt` must win.
 */
export const duplicates: Fault = {
  name: 'duplicate and reordered events',
  short: false,
  async run(stage) {
    const { load, client, long, check } = stage;
    const names = Array.from({ length: long ? 60 : 24 }, (_, n) => `d${n}`);
    for (let begin = 0; begin < names.length; begin += 6) {
      await Promise.all(names.slice(begin, begin + 6).map((who) => one(stage, who)));
    }
    for (const who of names) {
      const { traits } = await until(
        () => client.get<{ traits: Record<string, unknown> }>(`/v1/prospects/${who}`),
        ({ traits }) => traits.last !== undefined,
      );
      check(traits.n === CHANGES, `${who}: the change of ${String(traits.n)} won over that of ${CHANGES}`);
    }
    return { note: `each event ${COPIES} times; ${load.acknowledged} of them` };
  },
};

async function one({ load, client }: Stage, who: string): Promise<void> {
  const send = async (...events: object[]): Promise<void> => {
    const copies = Array.from({ length: COPIES }, () =>
      client.send('POST', '/v1/events', JSON.stringify(events)),
    );
    for (const answer of await Promise.all(copies)) {
      if (answer.status !== 202) throw new Error(describeProblem(answer));
    }
  };
  const profile = (id: string, occurredAt: number, traits: object) => ({
    id: `${who}-${id}`,
    type: 'prospect.updated',
    prospectId: who,
    occurredAt: new Date(occurredAt).toISOString(),
    data: { traits },
  });
  const now = Date.now();
  const address = { email: `${who}@example.com`, name: who };
  await send(profile('profile', now - DAY, address), {
    id: `${who}-start`,
    type: 'trial.started',
    prospectId: who,
  });
  const changes = Array.from({ length: CHANGES }, (_, n) =>
    profile(`change-${n + 1}`, now - 60_000 + n, { n: n + 1 }),
  );
  const shuffled = changes.map((change) => ({ change, by: Math.random() })).sort((a, b) => a.by - b.by);
  await Promise.all(shuffled.map(({ change }) => send(change)));
  await send(profile('last', now, { last: true }));
  load.note(
    [who],
    ['profile', 'start', 'last', ...changes.map((_, n) => `change-${n + 1}`)].map((id) => `${who}-${id}`),
  );
}

/** Asks until it is so; the queue between ingest and the log takes its moment. */
async function until<T>(ask: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      const value = await ask();
      if (isSo(value) || tries > 100) return value;
    } catch (error) {
      if (tries > 100) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
