import { inSlices, nextSlice } from '@herald/sqlite';
import type { BatchHandler, BatchOptions, ConsumeOptions, Consumer, Handler } from '../broker.ts';
import { verdictsOf } from '../verdicts-of.ts';
import type { Engine } from './engine.ts';
import { type Intake, inBatches, oneByOne } from './intake.ts';
import type { Member } from './member.ts';
import { deliveryOf, type Row } from './message.ts';
import type { WorkQueue } from './queue.ts';
import type { Settle } from './settle.ts';

export interface Consumers {
  consume(queue: WorkQueue, options: ConsumeOptions, handler: Handler): Consumer;
  consumeBatch(queue: WorkQueue, options: BatchOptions, handler: BatchHandler): Consumer;
  /** Stops all there are. */
  stopAll(): Promise<void>;
}

export interface ConsumersDeps {
  readonly engine: Engine;
  readonly settle: Settle;
}

export function createConsumers({ engine, settle }: ConsumersDeps): Consumers {
  const all = new Set<Consumer>();

  /** `free` is called when the handler is done, before its verdicts are durable. */
  const work = async (
    queue: WorkQueue,
    rows: Row[],
    handler: BatchHandler,
    free: () => void,
  ): Promise<void> => {
    const started = performance.now();
    const deliveries = rows.map((row) => deliveryOf(queue.spec.name, row));
    // Parsing large bodies takes time. All wait here, so that their order stays.
    await nextSlice();
    const verdicts = await verdictsOf(handler, deliveries);
    const seconds = (performance.now() - started) / 1000;
    free();
    await settle(queue, rows, deliveries, verdicts, seconds);
  };

  const join = (queue: WorkQueue, intake: Intake, handler: BatchHandler): Consumer => {
    /** Taken and not settled. */
    let outstanding = 0;
    let stopped: Promise<void> | undefined;
    let onDone = (): void => {};

    const lessen = (count: number): void => {
      outstanding -= count;
      if (outstanding === 0) onDone();
    };
    const member: Member = {
      limit: intake.limit,
      idle: intake.idle,
      wants: intake.wants,
      take: (count) => {
        outstanding += count;
        intake.take(count);
      },
      giveBack: (count) => {
        intake.giveBack(count);
        lessen(count);
      },
      hand: (rows) => {
        const free = (): void => intake.giveBack(rows.length);
        inSlices(() => void work(queue, rows, handler, free).finally(() => lessen(rows.length)));
      },
    };
    const stop = async (): Promise<void> => {
      intake.idle();
      queue.leave(member);
      if (outstanding > 0) {
        await new Promise<void>((resolve) => {
          onDone = resolve;
        });
      }
      all.delete(consumer);
    };
    const consumer: Consumer = {
      stop: () => {
        stopped ??= stop();
        return stopped;
      },
    };
    all.add(consumer);
    queue.join(member);
    engine.wake();
    return consumer;
  };

  return {
    consume: (queue, options, handler) =>
      join(queue, oneByOne(options), (deliveries) => Promise.all(deliveries.map(handler))),
    consumeBatch: (queue, options, handler) => join(queue, inBatches(options, engine.wake), handler),
    async stopAll() {
      await Promise.all([...all].map((consumer) => consumer.stop()));
    },
  };
}
