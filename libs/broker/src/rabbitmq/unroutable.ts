import type { Channel, ChannelModel } from 'amqplib';
import type { BrokerObserver } from '../broker.ts';
import { closeChannel } from './channels.ts';
import { envelopeOf, outMessageOf } from './envelope.ts';
import type { Recurring } from './incoming.ts';
import type { Names } from './names.ts';

export interface UnroutableDeps {
  readonly names: Names;
  readonly observer: Required<BrokerObserver>;
  readonly broken: (error: Error) => void;
}

/** Counts and removes what came out of a delay for a queue that is gone. One of the processes does it. */
export function createUnroutable({ names, observer, broken }: UnroutableDeps): Recurring {
  let channel: Channel | undefined;
  return {
    async start(model: ChannelModel) {
      const on = await model.createChannel();
      on.on('error', (error) => {
        if (channel === on) broken(error);
      });
      channel = on;
      await on.prefetch(100);
      await on.consume(names.unroutable, (message) => {
        if (message === null || channel !== on) return;
        observer.unroutable(outMessageOf(message.fields.exchange, envelopeOf(message)));
        on.ack(message);
      });
    },
    lost() {
      channel = undefined;
    },
    async stop() {
      const on = channel;
      channel = undefined;
      if (on !== undefined) await closeChannel(on);
    },
  };
}
