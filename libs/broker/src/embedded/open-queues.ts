import type { Database } from '@herald/sqlite';
import type { BrokerObserver } from '../broker.ts';
import { cutOffReason, cutOffsAllowed, type QueueSpec } from '../topology.ts';
import { createDeadTable } from './dead-table.ts';
import { createDelayedTable } from './delayed-table.ts';
import type { Gate } from './gate.ts';
import { deliveryOf } from './message.ts';
import { createQueue, type WorkQueue } from './queue.ts';
import { createReadyTable, PLACES } from './ready-table.ts';
import { heldElsewhere, migrate, queueNumber } from './schema.ts';

/**
 * The declared queues by name, as the last run left them. An envelope that was with a handler then, and has
 * now been cut off too often, becomes a dead letter: so one that kills the process is handed over a limited
 * number of times.
 */
export async function openQueues(
  database: Database,
  specs: readonly QueueSpec[],
  observer: Required<Pick<BrokerObserver, 'dead' | 'fault'>>,
  gate: Gate,
  cutOffs: number,
): Promise<Map<string, WorkQueue>> {
  migrate(database);
  const queues = new Map<string, WorkQueue>();
  for (const spec of specs) queues.set(spec.name, await openQueue(database, spec, observer, gate, cutOffs));
  for (const { name, count } of heldElsewhere(database, new Set(queues.keys()), PLACES)) {
    observer.fault(new Error(`Queue ${name} is not declared any more; its ${count} messages are kept`));
  }
  return queues;
}

async function openQueue(
  database: Database,
  spec: QueueSpec,
  observer: Required<Pick<BrokerObserver, 'dead'>>,
  gate: Gate,
  cutOffs: number,
): Promise<WorkQueue> {
  const { queue, died } = await database.write(() => {
    const number = queueNumber(database, spec.name);
    const ready = createReadyTable(database, number);
    const dead = createDeadTable(database, number, spec.name);
    const delayed = createDelayedTable(database, number);
    const died = ready
      .cutOff()
      .filter(({ handed }) => handed >= cutOffsAllowed(spec.retry, cutOffs))
      .map((row) => ({ row, reason: cutOffReason(row.handed) }));
    for (const { row, reason } of died) {
      dead.insert(row, reason);
      ready.remove(row.place, row.place);
    }
    const queue = createQueue({ spec, ready, delayed, dead, gate });
    queue.load();
    return { queue, died };
  });
  for (const { row, reason } of died) observer.dead(deliveryOf(spec.name, row), reason);
  return queue;
}
