import { setTimeout as pause } from 'node:timers/promises';
import type { Broker } from '@herald/broker';
import { exchange, queue } from '@herald/contracts';
import { WORKSPACE } from '@herald/harness';
import { connect } from 'amqplib';
import type { Fault, Stage } from '../fault.ts';

/** The queues that a stranger's message is put in, and the exchange that leads to each. */
const WAYS = [
  { queue: queue.eventHandlerEvents, exchange: exchange.events, key: 'poison.sent' },
  { queue: queue.campaignRunnerApplied, exchange: exchange.applied, key: 'poison.sent' },
  { queue: queue.messagingSend, exchange: exchange.send, key: 'request' },
  { queue: queue.campaignRunnerDue, exchange: exchange.delay, key: queue.campaignRunnerDue },
] as const;

/** Bodies that are JSON and mean nothing, to be published as any other message is. */
const NONSENSE: readonly unknown[] = [
  {},
  null,
  'text',
  [[]],
  { events: [{ workspace: WORKSPACE }] },
  { kind: 'request', workspace: WORKSPACE },
];
/** Bytes that are no JSON at all, put straight into the queue. */
const NOISE = [Buffer.from('{"half":'), Buffer.from([0xff, 0xfe, 0x00]), Buffer.alloc(0)];

/**
 * Messages that no handler can read, between those that all can: they go to the dead letters, and nothing
 * else does.
 */
export const poison: Fault = {
  name: 'poison messages in every queue',
  short: true,
  async run(stage) {
    const { broker, load, long, check } = stage;
    const loading = load.send(long ? 60 : 12, 1_500);
    const dead = new Map<string, string[]>();
    const note = (name: string, id: string): void => void dead.set(name, [...(dead.get(name) ?? []), id]);
    for (let round = 0; round < (long ? 5 : 1); round += 1) {
      for (const way of WAYS) {
        for (const [n, body] of NONSENSE.entries()) {
          const id = `poison-${round}-${n}`;
          await broker.publish([{ exchange: way.exchange, key: way.key, id, body }]);
          note(way.queue, id);
        }
      }
      await putNoise(stage, round, note);
    }
    const expected = [...dead.values()].flat().length;
    await loading;
    check(await arrives(broker, dead), 'not all of the poison is in the dead letters after 20 s');
    return { dead, note: `${expected} poison messages` };
  },
};

async function putNoise(
  { brokerUrl }: Stage,
  round: number,
  note: (queue: string, id: string) => void,
): Promise<void> {
  const connection = await connect(brokerUrl);
  try {
    const channel = await connection.createConfirmChannel();
    for (const way of WAYS) {
      for (const [n, bytes] of NOISE.entries()) {
        const messageId = `noise-${round}-${n}`;
        channel.sendToQueue(way.queue, bytes, { messageId, persistent: true });
        note(way.queue, messageId);
      }
    }
    await channel.waitForConfirms();
  } finally {
    await connection.close();
  }
}

async function arrives(broker: Broker, dead: ReadonlyMap<string, readonly string[]>): Promise<boolean> {
  const until = performance.now() + 20_000;
  for (;;) {
    const missing: string[] = [];
    for (const [name, ids] of dead) {
      const { items } = await broker.deadLetters(name, { limit: 1_000 });
      const there = new Set(items.map(({ id }) => id));
      missing.push(...ids.filter((id) => !there.has(id)));
    }
    if (missing.length === 0) return true;
    if (performance.now() > until) return false;
    await pause(250);
  }
}
