import { setTimeout as pause } from 'node:timers/promises';
import type { Channel, ChannelModel } from 'amqplib';
import { closeChannel } from './channels.ts';
import { hangUp, isLastingFault } from './dial.ts';
import type { Nodes } from './nodes.ts';
import { within } from './within.ts';

/** ms. */
const FIRST_PAUSE = 100;
const LAST_PAUSE = 2000;
const CLOSE = 2000;

/**
 * A connection that reconnects. amqplib's own recovery can wait for ever for a silent peer; here every step
 * has a time limit.
 */
export interface Link {
  /**
   * Resolves when it is up. Rejects with the last error after `patience` ms, or at once with a lasting fault.
   */
  open(patience: number): Promise<void>;
  /** Throws when it is down. */
  model(): ChannelModel;
  isUp(): boolean;
  /** Runs `use` on a new channel, which is closed afterwards; rejects after `timeout` ms. */
  channel<T>(use: (channel: Channel) => Promise<T>, timeout: number): Promise<T>;
  /** Replaces this connection by a new one, also while it is set up. */
  renew(error: Error): void;
  close(): Promise<void>;
}

export interface LinkDeps {
  readonly nodes: Nodes;
  /** Shown by RabbitMQ's tools. */
  readonly name: string;
  /** Runs on each new connection; if it rejects, the connection is closed. */
  readonly up: (model: ChannelModel) => Promise<void>;
  /** The connection is lost, or could not be set up. */
  readonly down: (error: Error) => void;
  readonly fault: (error: Error) => void;
  /** ms that `up` may take. */
  readonly setUpTime: number;
}

export function createLink(deps: LinkDeps): Link {
  let current: ChannelModel | undefined;
  let closed = false;
  let connecting: Promise<void> | undefined;
  /** Says why the connection that is being set up cannot be used. */
  let spoil: ((why: Error) => void) | undefined;
  const waking = new AbortController();

  const lose = (model: ChannelModel, error: Error): void => {
    if (current !== model) return;
    current = undefined;
    if (closed) return;
    deps.down(error);
    deps.fault(error);
    keepUp();
  };

  const connect = async (): Promise<void> => {
    const model = await deps.nodes.connect(deps.name);
    let lost: Error | undefined;
    spoil = (why) => {
      lost ??= why;
    };
    // Without a listener an 'error' would end the process; 'close' follows with the same error.
    model.on('error', () => {});
    model.on('close', (error) => {
      lost = error ?? new Error('RabbitMQ closed the connection');
      lose(model, lost);
    });
    try {
      await within(deps.setUpTime, deps.up(model), 'RabbitMQ did not declare the topology in time');
      if (lost !== undefined) throw lost;
      if (closed) throw new Error('closed');
    } catch (error) {
      deps.down(asError(error));
      await hangUp(model);
      throw error;
    } finally {
      spoil = undefined;
    }
    current = model;
  };

  const keepUp = (): void => {
    connecting ??= (async () => {
      for (let wait = FIRST_PAUSE; !closed && current === undefined; wait = Math.min(2 * wait, LAST_PAUSE)) {
        try {
          await connect();
        } catch (error) {
          if (closed) break;
          deps.fault(asError(error));
          // Half of it is random: replicas must not reconnect all at once.
          await pause(wait * (0.5 + Math.random() / 2), undefined, { signal: waking.signal }).catch(() => {});
        }
      }
    })().finally(() => {
      connecting = undefined;
    });
  };

  const model = (): ChannelModel => {
    if (current === undefined) throw new Error('There is no connection to RabbitMQ at the moment');
    return current;
  };

  return {
    model,
    isUp: () => current !== undefined,
    async open(patience) {
      const deadline = performance.now() + patience;
      for (let wait = FIRST_PAUSE; ; wait = Math.min(2 * wait, LAST_PAUSE)) {
        try {
          await connect();
          return;
        } catch (error) {
          if (isLastingFault(error) || performance.now() + wait > deadline) throw error;
          await pause(wait);
        }
      }
    },
    async channel(use, timeout) {
      const on = model();
      const channel = await within(timeout, on.createChannel(), 'RabbitMQ did not answer');
      // The call under way rejects with the same error.
      channel.on('error', () => {});
      try {
        return await within(timeout, use(channel), 'RabbitMQ did not answer');
      } finally {
        await within(CLOSE, closeChannel(channel), '').catch(() => {});
      }
    },
    renew(error) {
      const model = current;
      if (model === undefined) return spoil?.(error);
      lose(model, error);
      void hangUp(model);
    },
    async close() {
      closed = true;
      waking.abort();
      await connecting;
      const model = current;
      current = undefined;
      if (model !== undefined) await hangUp(model);
    },
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
