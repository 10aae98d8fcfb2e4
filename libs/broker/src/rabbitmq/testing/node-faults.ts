import { isNewer, type RabbitNode } from '@herald/rabbitmq-server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ack, retry, type Verdict } from '../../verdict.ts';
import { message, messages, openTrial, until } from './trial.ts';

/** ms. */
const NAMES_WRITTEN = 5000;
/** ms: `rabbitmqctl` starts Erlang each time. */
const CTL = 240_000;

/** Tests that need a node started for them. */
export const nodeFaults = (url: string, node: RabbitNode, version: string) =>
  describe('a RabbitMQ node', () => {
    it('killed and restarted in the middle of publishing: everything that was confirmed is delivered', async () => {
      const { broker } = await openTrial(url, { levels: { unit: 50, base: 32, digits: 2 } });
      const begun = performance.now();
      const confirmed: string[] = [];
      const refused: string[] = [];
      const seen = new Set<string>();
      await broker.consume('work', { prefetch: 20 }, async ({ id, attempt }) => {
        // Some are in a retry when the node dies.
        if (id.endsWith('7') && attempt === 1) return retry('once more');
        seen.add(id);
        return { kind: 'ack' };
      });
      let going = true;
      const publishing = Array.from({ length: 8 }, async (_, lane) => {
        for (let n = 0; going; n += 1) {
          const id = `${lane}-${n}`;
          const delay = n % 3 === 0 ? { exchange: 'delay', delay: n % 500 } : {};
          try {
            await broker.publish([message(id, delay)]);
            // What waits in the delay may be lost with the node: the store would publish it again.
            if (n % 3 !== 0) confirmed.push(id);
          } catch {
            refused.push(id);
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        }
      });
      // RabbitMQ stores the name of a new quorum queue only some seconds later; killed before, it loses the
      // queue.
      await until(() => expect(performance.now() - begun).toBeGreaterThan(NAMES_WRITTEN));
      await until(() => expect(confirmed.length).toBeGreaterThan(500));
      await node.kill();
      const before = confirmed.length;
      await until(() => expect(refused.length).toBeGreaterThan(8));
      await node.restart();
      await until(() => expect(confirmed.length).toBeGreaterThan(before + 100));
      going = false;
      await Promise.all(publishing);
      // What RabbitMQ was moving when it was killed comes some seconds later.
      await until(() => expect(confirmed.filter((id) => !seen.has(id))).toEqual([]));
    }, 120_000);

    it(
      'that gives a handler only so long: a message that hangs again and again dies after three hand-overs',
      async () => {
        const set = (timeout: number, tick: number) =>
          node.ctl([
            'eval',
            `application:set_env(rabbit, consumer_timeout, ${timeout}), application:set_env(rabbit, ` +
              `channel_tick_interval, ${tick}).`,
          ]);
        onTestFinished(() => set(1_800_000, 60_000).then(() => {}), CTL);
        await set(1000, 500);
        const { broker, collect } = await openTrial(url);
        const gate = Promise.withResolvers<Verdict>();
        onTestFinished(() => gate.resolve(ack));
        const seen = await collect(({ id }) => (id === 'hangs' ? gate.promise : ack), 3);
        await broker.publish([message('hangs'), message('good')]);
        // Asked rarely: with a limit of a second, a busy broker may exceed it between a copy and its
        // acknowledgement, and then there are two.
        await vi.waitFor(async () => expect((await broker.load('work')).dead).toBeGreaterThan(0), {
          timeout: 90_000,
          interval: 500,
        });
        const { items } = await broker.deadLetters('work', { limit: 10 });
        expect([...new Set(items.map(({ id }) => id))]).toEqual(['hangs']);
        expect(seen.filter(({ id }) => id === 'hangs').map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
        expect(seen.map(({ id }) => id)).toContain('good');
      },
      CTL,
    );

    it.runIf(isNewer(version, '4.3'))(
      'with a policy that hides dead letters: the log says at start what to do',
      async () => {
        const well = await openTrial(url);
        const policy = JSON.stringify({ 'delayed-retry-type': 'all', 'delayed-retry-min': 30_000 });
        onTestFinished(() => node.ctl(['clear_policy', 'hides']).then(() => {}), CTL);
        await node.ctl(['set_policy', 'hides', '[.]dead$', policy, '--apply-to', 'quorum_queues']);
        const { faults } = await openTrial(url);
        await until(() =>
          expect(faults.map(String)).toContainEqual(expect.stringContaining('leave out queues')),
        );
        expect(well.faults).toEqual([]);
      },
      CTL,
    );

    it('short of memory takes no messages: publishing fails in its time, consumers drain, then all is well', async () => {
      const accepting: boolean[] = [];
      const unconfirmed: string[] = [];
      const { broker, collect } = await openTrial(url, {
        confirmTimeout: 2000,
        observe: {
          accepting: (isAccepting) => accepting.push(isAccepting),
          unconfirmed: (exchange) => unconfirmed.push(exchange),
        },
      });
      await broker.publish(messages(100));
      onTestFinished(async () => {
        await node.ctl(['set_vm_memory_high_watermark', '0.4']);
      });
      await node.ctl(['set_vm_memory_high_watermark', '0.0001']);
      const started = performance.now();
      // The first publish notices; later ones fail at once.
      await expect(broker.publish([message('refused')])).rejects.toThrow(/no messages|confirm/);
      expect(performance.now() - started).toBeLessThan(4000);
      await until(async () => {
        const asked = performance.now();
        await expect(broker.publish([message('refused')])).rejects.toThrow('takes no messages');
        expect(performance.now() - asked).toBeLessThan(100);
      });
      const seen = await collect(undefined, 10);
      await until(() => expect(seen.length).toBeGreaterThanOrEqual(100));
      await expect(broker.ping()).rejects.toThrow('takes no messages');
      await node.ctl(['set_vm_memory_high_watermark', '0.4']);
      await until(() => broker.publish([message('taken')]));
      await broker.ping();
      await until(() => expect(seen.map(({ id }) => id)).toContain('taken'));
      expect(accepting).toEqual([true, false, true]);
      expect(unconfirmed.length).toBeGreaterThan(1);
    });
  });
