import type { Client } from './client.ts';
import type { Mail } from './inbox.ts';

interface LoggedEvent {
  readonly id: string;
  readonly type: string;
  readonly prospectId?: string;
  readonly data: { readonly messageId?: string };
}

interface Message {
  readonly id: string;
  readonly status: string;
  readonly reason?: string;
}

/** The result of a run: what was acknowledged, what the API shows and what the inbox got. */
export interface Account {
  readonly acknowledged: number;
  /** Acknowledged, but not in the log exactly once. */
  readonly eventsLost: readonly string[];
  readonly eventsDoubled: readonly string[];
  readonly planned: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Recorded as sent, but not in the inbox; or planned, and still in a state that does not end. */
  readonly lost: readonly string[];
  /** In the inbox more than once, or there although recorded as not sent. */
  readonly doubled: readonly string[];
  readonly unknown: number;
  /** Unknown messages that did arrive. */
  readonly unknownArrived: number;
  readonly deadLetters: number;
}

/** Adds up the result of a run. Call it when nothing is under way any more. */
export async function settle(
  client: Client,
  acknowledged: ReadonlySet<string>,
  mails: readonly Mail[],
): Promise<Account> {
  const events = await client.all<LoggedEvent>('/v1/events');
  const messages = await client.all<Message>('/v1/messages');
  const dead = await client.all<unknown>('/v1/dead-letters');
  const inLog = tally(events.map(({ id }) => id));
  const planned = new Set(
    events.flatMap(({ type, data }) =>
      type === 'enrollment.requested' && data.messageId ? [data.messageId] : [],
    ),
  );
  const byId = new Map(messages.map((message) => [message.id, message]));
  const arrived = tally(mails.map(messageIdOf));
  const arrivals = (id: string): number => arrived.get(id) ?? 0;
  const statusOf = (id: string): string => byId.get(id)?.status ?? 'missing';
  const unknown = [...planned].filter((id) => statusOf(id) === 'unknown');
  return {
    acknowledged: acknowledged.size,
    eventsLost: [...acknowledged].filter((id) => !inLog.has(id)),
    eventsDoubled: [...inLog].filter(([, count]) => count > 1).map(([id]) => id),
    planned: planned.size,
    outcomes: Object.fromEntries(tally(messages.map(({ status }) => status))),
    lost: [...planned].filter((id) =>
      statusOf(id) === 'sent' ? arrivals(id) === 0 : !ENDS.has(statusOf(id)),
    ),
    doubled: [...arrived]
      .filter(([id, count]) => count > 1 || !MAY_HAVE_LEFT.has(statusOf(id)))
      .map(([id]) => id),
    unknown: unknown.length,
    unknownArrived: unknown.filter((id) => arrivals(id) > 0).length,
    deadLetters: dead.length,
  };
}

const MAY_HAVE_LEFT = new Set(['sent', 'unknown']);
const ENDS = new Set(['sent', 'unknown', 'suppressed', 'failed', 'bounced', 'expired', 'withdrawn']);

const messageIdOf = ({ parsed }: Mail): string => String(parsed.headers.get('x-herald-message-id'));

function tally(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
