import { setTimeout as wait } from 'node:timers/promises';
import { type Enrollment, type Message, OPEN_STATUSES } from './api.ts';
import type { Client } from './client.ts';
import { type Metrics, readMetrics } from './metrics.ts';

/** ms between looks. */
const EVERY = 250;
/** ms of wall time without a change, and with no due time ahead, after which something must be stuck. */
const PATIENCE = 45_000;

/** Enrollments that wait for an event without a time limit. They may stay as they are. */
const rests = ({ dueAt }: Enrollment): boolean => dueAt === undefined;

/** The clock of the watched process. */
interface Pace {
  now(): number;
  readonly rate: number;
  /** Resolves after `ms` of wall time. */
  pause(ms: number): Promise<void>;
}

const WALL: Pace = { now: Date.now, rate: 1, pause: wait };

interface Look {
  readonly waiting: readonly Enrollment[];
  readonly open: readonly Message[];
  readonly metrics: Metrics;
}

/**
 * Waits until nothing is under way: no enrollment has a due time, no message is open, and every queue is
 * empty by the metrics, twice in a row with nothing handled in between. Throws, and names what is left, when
 * nothing changes any more before that.
 */
export async function waitUntilQuiet(
  client: Pick<Client, 'all'>,
  admin: string | readonly string[],
  { pace = WALL, onLook = () => {} }: { readonly pace?: Pace; readonly onLook?: () => void } = {},
): Promise<void> {
  let before = '';
  let movedAt = performance.now();
  let quiet = 0;
  for (;;) {
    const look = await lookAt(client, admin);
    onLook();
    const { waiting, open, metrics } = look;
    const handled = metrics.sum('herald_consumed_total');
    // A gauge that could not be read is missing, which is not empty.
    const unread = metrics.sum('herald_metric_read_failures_total');
    const waits = waiting.map(({ id, dueAt }) => `${id}@${dueAt}`).join();
    const now = `${handled} ${unread} ${waits} ${open.length}`;
    if (now !== before) movedAt = performance.now();
    quiet = isQuiet(look) && now === before ? quiet + 1 : 0;
    if (quiet >= 2) return;
    before = now;

    const nextDue = Math.min(...waiting.map(({ dueAt }) => Date.parse(dueAt ?? '')));
    const untilDue = Number.isFinite(nextDue) ? Math.max(0, nextDue - pace.now()) / pace.rate : 0;
    if (performance.now() - movedAt > PATIENCE + untilDue) throw new Error(describeStuck(look));
    await pace.pause(EVERY);
  }
}

async function lookAt(client: Pick<Client, 'all'>, admin: string | readonly string[]): Promise<Look> {
  const [active, ...open] = await Promise.all([
    client.all<Enrollment>('/v1/enrollments?status=active'),
    ...OPEN_STATUSES.map((status) => client.all<Message>(`/v1/messages?status=${status}`)),
  ]);
  // Last: what has left the lists, and is still under way, is counted here.
  const metrics = await readMetrics(...[admin].flat());
  return { waiting: active.filter((enrollment) => !rests(enrollment)), open: open.flat(), metrics };
}

const underWay = (metrics: Metrics): number =>
  metrics.sum('herald_queue_messages', { state: 'ready' }) +
  metrics.sum('herald_queue_messages', { state: 'in_flight' });

const isQuiet = ({ waiting, open, metrics }: Look): boolean =>
  waiting.length === 0 && open.length === 0 && underWay(metrics) === 0;

function describeStuck({ waiting, open, metrics }: Look): string {
  const lines = [`Nothing has moved for ${PATIENCE / 1000} s, and it is not over:`];
  for (const { prospectId, campaignId, stepId, dueAt } of waiting.slice(0, 5))
    lines.push(`  ${prospectId} waits in ${campaignId} at ${stepId}, due ${dueAt}`);
  for (const { id, status, template, reason } of open.slice(0, 5))
    lines.push(
      `  message ${id} (${template}) is still ${status}${reason === undefined ? '' : `: ${reason}`}`,
    );
  lines.push(`  ${waiting.length} enrollments and ${open.length} messages in all`);
  for (const queue of metrics.values('herald_queue_messages', 'queue')) {
    const [ready, inFlight] = ['ready', 'in_flight'].map((state) =>
      metrics.sum('herald_queue_messages', { queue, state }),
    );
    if (ready || inFlight) lines.push(`  queue ${queue}: ${ready} ready, ${inFlight} in flight`);
  }
  return lines.join('\n');
}
