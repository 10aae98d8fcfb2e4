import { randomBytes } from 'node:crypto';
import type { Rabbit } from '@herald/rabbitmq-server';
import { afterAll, describe, it } from 'vitest';
import { brokerContract } from '../../contract-suite.ts';
import { createNames } from '../names.ts';
import { createNodes } from '../nodes.ts';
import { hasPlugin } from '../plugin.ts';
import { connections } from './connections.ts';
import { createHarness } from './harness.ts';
import { levelDelays } from './level-delays.ts';
import { nodeFaults } from './node-faults.ts';
import { pluginProbe } from './plugin-probe.ts';

/** Skips the tests and reports why. */
export const untested = (what: string, why: string): void => {
  it(`${what}: not tested, ${why}`, (context) => {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(why);
    context.skip(why);
  });
};

/** Runs the contract suite and RabbitMQ's own tests on this server, and stops it at the end. */
export async function testOn(rabbit: Rabbit): Promise<void> {
  const { url, node, version } = rabbit;
  const prefix = `suite-${randomBytes(4).toString('hex')}.`;
  const plugin = await hasPlugin(createNodes(url), createNames(prefix));
  // 21 queues instead of 93, each of which RabbitMQ keeps for every test.
  const levels = { unit: 50, base: 8, digits: 3 };
  const harness = (delayStrategy: 'levels' | 'plugin') =>
    createHarness({ url, prefix, delayStrategy, levels });

  describe(`RabbitMQ ${version}`, () => {
    afterAll(() => rabbit.stop());
    brokerContract('the RabbitMQ broker, delaying by levels', harness('levels'));
    if (plugin) brokerContract('the RabbitMQ broker, delaying by the plugin', harness('plugin'));
    else {
      it('the RabbitMQ broker, delaying by the plugin: not tested, this RabbitMQ has no such plugin', (context) => {
        context.skip('this RabbitMQ has no plugin for delayed messages');
      });
    }
    pluginProbe(url, plugin);
    levelDelays(url);
    connections(url);
    if (node === undefined) untested('a RabbitMQ node that fails', 'this RabbitMQ is not ours to kill');
    else nodeFaults(url, node, version);
  });
}
