import type { Clock } from '@herald/domain';
import { connect } from 'amqplib';
import type { Broker } from '../../broker.ts';
import type { SetUp } from '../../contract-suite.ts';
import type { Topology } from '../../topology.ts';
import { onChannels, spread } from '../channels.ts';
import { createLevels, type LevelsShape, USUAL_SHAPE } from '../levels.ts';
import { createNames } from '../names.ts';
import { openRabbitBroker } from '../open.ts';
import { openProxy, type Way } from './proxy.ts';

export const wallClock: Clock = { now: () => Date.now(), rate: 1 };

export interface HarnessOptions {
  readonly url: string;
  readonly prefix: string;
  readonly delayStrategy: 'plugin' | 'levels';
  readonly levels?: LevelsShape;
}

/** For tests. Each broker has its own proxy to RabbitMQ, which is cut to cut the broker off. */
export const createHarness =
  ({ url, prefix, delayStrategy, levels = USUAL_SHAPE }: HarnessOptions): SetUp =>
  async (topology, observer) => {
    await clean(url, prefix, topology, levels);
    const opened: { broker: Broker; proxy: Way }[] = [];
    const open = async (): Promise<Broker> => {
      const proxy = await openProxy(url);
      const options = {
        url: proxy.url,
        topology,
        clock: wallClock,
        observer,
        prefix,
        delayStrategy,
        levels,
        suspectsAfter: 0,
      };
      const broker = await openRabbitBroker(options);
      opened.push({ broker, proxy });
      return broker;
    };
    return {
      broker: await open(),
      async reopen() {
        await opened.at(-1)?.proxy.cut();
        return open();
      },
      async tearDown() {
        await Promise.all(opened.map(({ broker }) => broker.close()));
        await Promise.all(opened.map(({ proxy }) => proxy.cut()));
      },
    };
  };

/** Deletes the queues of the topology and empties those that delay, which take long to declare. */
export async function clean(
  url: string,
  prefix: string,
  topology: Topology,
  shape: LevelsShape = USUAL_SHAPE,
): Promise<void> {
  const names = createNames(prefix);
  const model = await connect(url);
  // The call under way rejects with the same error.
  model.on('error', () => {});
  const queues = topology.queues.flatMap(({ name }) => [
    names.own(name),
    names.suspects(name),
    names.dead(name),
  ]);
  await onChannels(model, 8, (channels) =>
    spread(channels, queues, (channel, queue) => channel.deleteQueue(queue)),
  );
  const levels = (['delay', 'retry'] as const).map((kind) => createLevels({ names, kind, shape }));
  const kept = [names.unroutable, ...levels.flatMap((one) => one.queues)];
  // They do not exist yet the first time.
  await onChannels(model, 1, (channels) =>
    spread(channels, kept, (channel, queue) => channel.purgeQueue(queue)),
  ).catch(() => {});
  await model.close();
}
