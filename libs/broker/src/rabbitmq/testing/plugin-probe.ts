import { describe, expect, it, onTestFinished } from 'vitest';
import { createNames } from '../names.ts';
import { createNodes } from '../nodes.ts';
import { openRabbitBroker } from '../open.ts';
import { hasPlugin } from '../plugin.ts';
import { wallClock } from './harness.ts';
import { openProxy } from './proxy.ts';
import { openTrial, topology, until } from './trial.ts';

/** `has`: whether this RabbitMQ has the plugin. */
export const pluginProbe = (url: string, has: boolean) =>
  describe('looking for the delayed-message plugin', () => {
    const names = createNames('probe.');

    it('answers the same each time, and leaves no connection behind', async () => {
      const proxy = await openProxy(url);
      onTestFinished(proxy.cut);
      for (let n = 0; n < 5; n += 1) expect(await hasPlugin(createNodes(proxy.url), names)).toBe(has);
      await until(() => expect(proxy.connections()).toBe(0));
    });

    it('gives up a broker that falls silent at the question, and leaves no connection behind', async () => {
      const proxy = await openProxy(url, { silentAfter: 'x-delayed-message' });
      onTestFinished(proxy.cut);
      await expect(hasPlugin(createNodes(proxy.url), names, 500)).rejects.toThrow('did not answer');
      await until(() => expect(proxy.connections()).toBe(0));
    });

    it('gives up a broker that never greets, and leaves no connection behind', async () => {
      const proxy = await openProxy(url, { silentAfter: 'AMQP' });
      onTestFinished(proxy.cut);
      await expect(hasPlugin(createNodes(proxy.url), names, 500)).rejects.toThrow();
      await until(() => expect(proxy.connections()).toBe(0));
    });

    it('decides how `auto` delays', async () => {
      const { broker } = await openTrial(url, { delayStrategy: 'auto' });
      expect(broker.delayStrategy).toBe(has ? 'plugin' : 'levels');
      await broker.ping();
    });

    it.skipIf(has)('without success, `plugin` is refused at once and says what to do', async () => {
      const opening = openRabbitBroker({
        ...{ url, topology, clock: wallClock, prefix: 'probe.', openTimeout: 600_000 },
        delayStrategy: 'plugin',
      });
      await expect(opening).rejects.toThrow(/has no delayed-message plugin.*DELAY_STRATEGY/);
    });
  });
