import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, Stage } from '../fault.ts';

/**
 * ms that the first node is away in the long form: longer than quorum queues of RabbitMQ 4.3 keep what the
 * consumers on a node that is gone had (`consumer_disconnected_timeout`, 60 s).
 */
const LONG = 70_000;
const SHORT = 4_000;
/**
 * ms from one kill to the next in which consumers settle what it cut off: what is cut off three times in a
 * row becomes a dead letter.
 */
const SETTLE = 12_000;
/** ms in which the others must take over. */
const TAKE_OVER = 30_000;

/** SIGKILL of a node of three, again and again: queues lead, and services are connected, on any of them. */
export const clusterNodeKilled: Fault = {
  name: 'kill -9 of each node of a RabbitMQ cluster',
  short: false,
  needs: ['cluster'],
  async run(stage) {
    const { cluster, load, long, say } = stage;
    const pauses: number[] = [];
    await load.during({ every: 700, atMost: long ? 240 : 90 }, async () => {
      for (const [n, node] of cluster().entries()) {
        await pause(n === 0 ? 2_000 : SETTLE);
        await node.kill();
        say(`  node ${n + 1} is gone`);
        pauses.push(await untilAccepted(stage));
        await pause(long && n === 0 ? LONG : SHORT);
        await node.restart();
        say(`  node ${n + 1} is back`);
      }
      await pause(2_000);
    });
    const longest = (Math.max(...pauses) / 1000).toFixed(1);
    return {
      note:
        `${pauses.length} kills, the next event accepted after ${longest} s at most, ` +
        `${load.refused} requests refused`,
    };
  },
};

/** ms until an event that was sent from now on is accepted. */
async function untilAccepted({ client, load, check }: Stage): Promise<number> {
  const killed = performance.now();
  for (let n = 0; performance.now() - killed < TAKE_OVER; n += 1) {
    const id = `probe-${Math.round(killed)}-${n}`;
    const event = JSON.stringify({ id, type: 'probe.sent', prospectId: 'probe' });
    const { status } = await client.send('POST', '/v1/events', event);
    if (status === 202) {
      load.note([], [id]);
      return performance.now() - killed;
    }
    await pause(100);
  }
  check(false, 'two nodes of three accept nothing');
  return TAKE_OVER;
}
