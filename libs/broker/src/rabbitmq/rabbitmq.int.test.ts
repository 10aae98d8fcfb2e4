import { randomBytes } from 'node:crypto';
import { startRabbit } from '@herald/rabbitmq-server';
import { afterAll, it } from 'vitest';
import { brokerContract } from '../contract-suite.ts';
import { createNames } from './names.ts';
import { hasPlugin } from './plugin.ts';
import { connections } from './testing/connections.ts';
import { createHarness } from './testing/harness.ts';
import { levelDelays } from './testing/level-delays.ts';
import { nodeFaults } from './testing/node-faults.ts';

/** Says in the report why something was not tested. */
const untested = (what: string, why: string): void => {
  it(`${what}: not tested, ${why}`, (context) => {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(why);
    context.skip(why);
  });
};

const rabbit = await startRabbit();

if ('unavailable' in rabbit) untested('the RabbitMQ broker', rabbit.unavailable);
else {
  afterAll(() => rabbit.stop());
  const { url, node } = rabbit;
  const prefix = `suite-${randomBytes(4).toString('hex')}.`;

  // Two digits are as good as three for delays of seconds, and a third less to make for each test.
  const levels = { unit: 50, digits: 2 };
  const harness = (delayStrategy: 'levels' | 'plugin') =>
    createHarness({ url, prefix, delayStrategy, levels });
  brokerContract('the RabbitMQ broker, delaying by levels', harness('levels'));
  if (await hasPlugin(url, createNames(prefix))) {
    brokerContract('the RabbitMQ broker, delaying by the plugin', harness('plugin'));
  } else {
    it('the RabbitMQ broker, delaying by the plugin: not tested, this RabbitMQ has no such plugin', (context) => {
      context.skip('this RabbitMQ has no plugin for delayed messages');
    });
  }
  levelDelays(url);
  connections(url);
  if (node === undefined) untested('a RabbitMQ node that fails', 'this RabbitMQ is not ours to kill');
  else nodeFaults(url, node);
}
