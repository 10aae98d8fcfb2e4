import type { Broker } from '@herald/broker';
import { topology } from '@herald/contracts';
import { type Client, type Inbox, type Message, settle } from '@herald/harness';
import type { Store } from '@herald/store';
import { MAILS_EACH } from './campaign.ts';
import type { Aftermath, Fault } from './fault.ts';
import { faultsOfLog } from './streams.ts';

/** What the oracle knows of a run. */
export interface Evidence {
  readonly fault: Pick<Fault, 'mayHide'>;
  readonly aftermath: Aftermath | undefined;
  readonly client: Client;
  readonly store: Store;
  readonly inbox: Pick<Inbox, 'mails'>;
  readonly acknowledged: ReadonlySet<string>;
  readonly prospects: number;
  /** Dead letters that were there before, and those that are there now. */
  readonly deadBefore: readonly Dead[];
  readonly deadAfter: readonly Dead[];
}

export interface Finding {
  readonly events: number;
  readonly messages: number;
  readonly sent: number;
  readonly unknown: number;
  readonly lost: number;
  readonly doubled: number;
  /** Everything that is not as it must be; empty when all is well. */
  readonly faults: readonly string[];
}

export interface Dead {
  readonly queue: string;
  readonly token: string;
  readonly id: string;
  readonly reason: string;
}

export async function deadLetters(broker: Broker): Promise<Dead[]> {
  const found: Dead[] = [];
  for (const { name: queue } of topology.queues) {
    const { items } = await broker.deadLetters(queue, { limit: 1_000 });
    for (const { token, id, reason } of items) found.push({ queue, token, id, reason });
  }
  return found;
}

/**
 * Settles the account of a system that rests. (a) Acknowledged events are in the log, each once. (b) Each
 * planned message left exactly once, or is `unknown` with a reason where the fault can hide an outcome. (c)
 * No stream has a gap. (e) Only what the fault put there is dead. That nothing is under way any more (d) is
 * for whoever waited for it.
 */
export async function findings(evidence: Evidence): Promise<Finding> {
  const { client, store, inbox, acknowledged, prospects, fault } = evidence;
  const account = await settle(client, acknowledged, inbox.mails);
  const unknown = await client.all<Message>('/v1/messages?status=unknown');
  const log = await faultsOfLog(store.log);
  const unplanned = prospects * MAILS_EACH - account.planned;
  const { sent = 0, unknown: _counted, ...others } = account.outcomes;
  const faults = [
    ...some('acknowledged, but not in the log', account.eventsLost),
    ...some('twice in the log', account.eventsDoubled),
    ...some('lost', account.lost),
    ...some('doubled', account.doubled),
    ...(unplanned === 0 ? [] : [`${account.planned} messages planned, not ${prospects * MAILS_EACH}`]),
    ...Object.entries(others).map(([status, count]) => `${count} ended as ${status}`),
    ...(fault.mayHide || account.unknown === 0
      ? []
      : [`${account.unknown} unknown, and nothing hid an outcome: ${unknown[0]?.reason}`]),
    ...some(
      'unknown without a reason',
      unknown.filter(({ reason }) => !reason).map(({ id }) => id),
    ),
    ...log.faults,
    ...faultsOfDead(evidence),
  ];
  return {
    events: log.events,
    messages: account.planned,
    sent,
    unknown: account.unknown,
    lost: account.eventsLost.length + account.lost.length + Math.max(0, unplanned),
    doubled: account.eventsDoubled.length + account.doubled.length,
    faults,
  };
}

const SHOWN = 3;
const some = (what: string, ids: readonly string[]): string[] =>
  ids.length === 0 ? [] : [`${what}: ${ids.length} (${ids.slice(0, SHOWN).join(', ')})`];

/** What is dead, or is not, against what the fault says it left. */
export function faultsOfDead({
  aftermath,
  deadBefore,
  deadAfter,
}: Pick<Evidence, 'aftermath' | 'deadBefore' | 'deadAfter'>): string[] {
  const old = new Set(deadBefore.map(({ queue, token }) => `${queue} ${token}`));
  const fresh = deadAfter.filter(({ queue, token }) => !old.has(`${queue} ${token}`));
  const expected = [...(aftermath?.dead ?? [])].flatMap(([queue, ids]) => ids.map((id) => `${queue} ${id}`));
  const missing = [...expected];
  const surplus: string[] = [];
  for (const { queue, id, reason } of fresh) {
    const at = missing.indexOf(`${queue} ${id}`);
    if (at >= 0) missing.splice(at, 1);
    else surplus.push(`${queue} ${id}: ${reason}`);
  }
  return [...some('dead letters nobody meant', surplus), ...some('not in the dead letters', missing)];
}
