import type { ChannelModel } from 'amqplib';
import type { BrokerObserver } from '../broker.ts';
import type { Topology } from '../topology.ts';
import { stayAlone } from './alone.ts';
import { onChannels } from './channels.ts';
import { declareTopology } from './declare.ts';
import { createLink, type Link } from './link.ts';
import type { Names } from './names.ts';
import type { Nodes } from './nodes.ts';
import { findHidingPolicy } from './policy-check.ts';

/** ms. */
const SET_UP = 60_000;

/** Something with a channel of its own in each connection. */
export interface Recurring {
  start(model: ChannelModel): Promise<void>;
  lost(): void;
  stop(): Promise<void>;
}

/** The connection that consumes and asks. What was added starts again on each new connection. */
export interface Incoming {
  readonly link: Link;
  /** Starts it; if that fails, forgets it and rejects. */
  add(recurring: Recurring): Promise<void>;
  remove(recurring: Recurring): void;
  stopAll(): Promise<void>;
}

export interface IncomingDeps {
  readonly nodes: Nodes;
  readonly connectionName: string;
  readonly topology: Topology;
  readonly names: Names;
  readonly observer: Required<BrokerObserver>;
  /** Whether no other process may consume meanwhile. */
  readonly alone: boolean;
}

export function createIncoming(deps: IncomingDeps): Incoming {
  const { nodes, connectionName, topology, names, observer, alone } = deps;
  const all = new Set<Recurring>();

  const link = createLink({
    nodes,
    name: `${connectionName} (consumes)`,
    setUpTime: SET_UP,
    async up(model) {
      if (alone) await stayAlone(model, names);
      await onChannels(model, 1, (channels) => declareTopology(channels, names, topology));
      // Nobody waits for it: it only warns the operator.
      findHidingPolicy(model, names).then(
        (fault) => fault && observer.fault(fault),
        () => {},
      );
      for (const recurring of all) await recurring.start(model);
    },
    down() {
      for (const recurring of all) recurring.lost();
    },
    fault: observer.fault,
  });

  return {
    link,
    async add(recurring) {
      const model = link.model();
      all.add(recurring);
      try {
        await recurring.start(model);
      } catch (error) {
        all.delete(recurring);
        recurring.lost();
        throw error;
      }
    },
    remove: (recurring) => void all.delete(recurring),
    async stopAll() {
      await Promise.all([...all].map((recurring) => recurring.stop()));
    },
  };
}
