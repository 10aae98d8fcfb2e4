import type { ChannelModel } from 'amqplib';
import type { BrokerObserver } from '../broker.ts';
import type { Topology } from '../topology.ts';
import { onChannels } from './channels.ts';
import { declareTopology } from './declare.ts';
import type { Delays } from './delays.ts';
import { envelopeOf, outMessageOf } from './envelope.ts';
import { createLevelDelays } from './level-delays.ts';
import { createLevels, type Levels, type LevelsShape } from './levels.ts';
import { createLink, type Link } from './link.ts';
import type { Names } from './names.ts';
import type { Nodes } from './nodes.ts';
import { createPluginDelays, hasPlugin, noPlugin } from './plugin.ts';
import { createPublisher, type Publisher } from './publisher.ts';

/** ms to declare everything on an empty broker. */
const SET_UP = 60_000;
/** Channels that declare at the same time. */
const DECLARERS = 8;

/** The connection that only publishes: an alarm that blocks it must not block acknowledgements. */
export interface Outgoing {
  readonly link: Link;
  readonly publisher: Publisher;
  /** Where retries wait, with either strategy: the plugin keeps only one copy on one node. */
  readonly retries: Levels;
  delays(): Delays;
}

export interface OutgoingDeps {
  readonly nodes: Nodes;
  readonly connectionName: string;
  readonly topology: Topology;
  readonly names: Names;
  readonly observer: Required<BrokerObserver>;
  readonly delayStrategy: 'auto' | 'plugin' | 'levels';
  readonly confirmTimeout: number;
  readonly shape: LevelsShape;
}

export function createOutgoing(deps: OutgoingDeps): Outgoing {
  const { nodes, names, topology, observer, shape, delayStrategy } = deps;
  const targets = topology.queues.map(({ name }) => name);
  const retries = createLevels({ names, kind: 'retry', shape });
  const byLevels = createLevelDelays(createLevels({ names, kind: 'delay', shape }), targets);
  const byPlugin = createPluginDelays(names, targets);
  let delays = delayStrategy === 'plugin' ? byPlugin : byLevels;

  const publisher = createPublisher({
    patience: deps.confirmTimeout,
    returned: (message) => {
      const exchange = topology.exchanges.find(
        ({ name }) => names.own(name) === message.fields.exchange,
      )?.name;
      observer.unroutable(outMessageOf(exchange ?? message.fields.exchange, envelopeOf(message)));
    },
  });

  /** Asked on each connection: a broker may come back with another version, without the plugin. */
  const choose = async (): Promise<void> => {
    if (delayStrategy === 'levels') return;
    const known = await hasPlugin(nodes, names);
    if (!known && delayStrategy === 'plugin') throw noPlugin();
    delays = known ? byPlugin : byLevels;
  };

  const up = async (model: ChannelModel): Promise<void> => {
    await choose();
    await onChannels(model, DECLARERS, async (channels) => {
      await declareTopology(channels, names, topology);
      await retries.declare(channels, targets);
      await delays.declare(channels);
    });
    const channel = await model.createConfirmChannel();
    const broken = (error: Error): void => link.renew(error);
    channel.on('error', broken);
    channel.on('close', () => broken(new Error('RabbitMQ closed a channel')));
    model.on('blocked', (reason: string) => {
      publisher.block(reason);
      observer.accepting(false);
    });
    model.on('unblocked', () => {
      publisher.unblock();
      observer.accepting(true);
    });
    publisher.attach(channel);
    observer.accepting(true);
  };

  const link: Link = createLink({
    nodes,
    name: `${deps.connectionName} (publishes)`,
    setUpTime: SET_UP,
    up,
    down: publisher.detach,
    fault: observer.fault,
  });
  return { link, publisher, retries, delays: () => delays };
}
